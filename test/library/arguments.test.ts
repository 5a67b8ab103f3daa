import { afterAll, describe, expect, test } from 'vitest';
import * as library from '../../src/index.js';
import * as pools from '../../src/pool/index.js';
import * as tables from '../../src/tables/index.js';
import { smallWorld } from '../tables/small_world.js';

const { BpfTokenSimError, createColumns, requestOf } = library;

const world = {
  ...smallWorld(),
  profile: library.extendProfile(smallWorld().profile, 'mine', { token_narrowing: true }),
};
const evaluator = library.createEvaluator(world);
const attached = library.attachEvaluator(library.shareEvaluator(evaluator));
const pool = pools.createEvaluatorPool(evaluator, { workers: 1 });
const explanation = library.explainRequest(evaluator, requestOf({ task: 1, token: 0, cmd: 5 }));
const columns = createColumns(3);
const out = new Uint8Array(3);
const XDP = { task: 'agent', token: 'full', cmd: 'prog_load', prog_type: 'xdp' };
const TASK = { name: 'new', userns: 1, euid: 0, effective: 0n };
const TOKEN = { name: 'new', userns: 1, allowed: { cmds: 0n, maps: 0n, progs: 0n, attachs: 0n } };
const request = requestOf({ task: 1, cmd: 5 });

afterAll(async () => {
  attached.dispose();
  await pool.close();
  evaluator.dispose();
});

/** What no call takes as anything but what it says of it. */
const NASTY: readonly unknown[] = [
  undefined,
  null,
  true,
  Number.NaN,
  -1,
  0.5,
  2 ** 32,
  2 ** 53,
  Number.POSITIVE_INFINITY,
  10n,
  '',
  'no such thing',
  '__proto__',
  '\u001b[2J',
  Symbol('given'),
  () => 1,
  {},
  [],
  [1, 2, 3],
  new Uint16Array(3),
  new Date(Number.NaN),
  Object.create(null),
];

async function* csv(): AsyncGenerator<string> {
  yield 'task,cmd\nroot,btf_load\n';
}

async function drained(chunks: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of chunks);
}

/** Every call with arguments that are right; each argument is then replaced by every nasty value. */
const CALLS: Readonly<Record<string, readonly [call: (...args: never[]) => unknown, ...args: unknown[]]>> = {
  // src/index.ts
  createColumns: [library.createColumns, 3],
  setRow: [library.setRow, columns, 1, request],
  rowOf: [library.rowOf, columns, 1],
  attachEvaluator: [
    (shared: library.SharedEvaluator) => library.attachEvaluator(shared).dispose(),
    library.shareEvaluator(evaluator),
  ],
  profileNamed: [library.profileNamed, 'v12'],
  findProfile: [library.findProfile, 'v12'],
  extendProfile: [library.extendProfile, world.profile, 'x', {}],
  parseScenario: [library.parseScenario, library.starterScenario(), 'file'],
  generateRequests: [
    (...args: Parameters<typeof library.generateRequests>) => library.generateRequests(...args).next(),
    world,
    1,
    3,
    {},
  ],
  readRequests: [
    (...args: Parameters<typeof library.readRequests>) => drained(library.readRequests(...args)),
    world,
    'csv',
    csv(),
    {},
  ],
  explain: [library.explain, { world, request }],
  remediate: [library.remediate, { world, request }],
  evaluateAcrossProfiles: [library.evaluateAcrossProfiles, { world, request }],
  evaluateUnder: [library.evaluateUnder, { world, request }, world.profile],
  applyRemedy: [library.applyRemedy, { world, request }, { kind: 'grant', task: 0, cap: 39 }],
  Kernel: [(options: library.KernelOptions) => new library.Kernel(options), {}],
  Model: [(given: library.World) => new library.Model(given), world],
  decodeVerdict: [library.decodeVerdict, 0],
  outcomeName: [library.outcomeName, 0],
  dispositionName: [library.dispositionName, 0],
  errnoName: [library.errnoName, 1],
  resolveName: [library.resolveName, world.profile.vocabulary, 'cmds', 'prog_load'],
  nearestName: [library.nearestName, world.profile.vocabulary, 'cmds', 'prog_lod'],
  resolveCapability: [library.resolveCapability, 'CAP_BPF'],
  parseDelegateMask: [library.parseDelegateMask, world.profile, 'cmds', 'any'],
  explainText: [library.explainText, explanation],
  // An evaluator
  check: [(given: typeof XDP) => evaluator.decideCode(given), XDP],
  decideRequest: [(given: library.Request) => evaluator.decideRequest(given), request],
  decideIds: [evaluator.decideIds, 1, 0, 5, 6, 37],
  decideBatch: [(...args: [library.Columns, Uint8Array]) => evaluator.decideBatch(...args), columns, out],
  permissionSet: [(...args: [string, string]) => evaluator.permissionSet(...args), 'agent', 'full'],
  permissionTable: [(...args: [string, string]) => evaluator.permissionTable(...args), 'agent', 'full'],
  'evaluator.explain': [(given: typeof XDP) => library.explainRequest(evaluator, given), XDP],
  addTask: [(given: library.TaskSpec) => evaluator.editor.addTask(given), { ...TASK, userns: 9 }],
  addToken: [(given: library.NewToken) => evaluator.editor.addToken(given), { ...TOKEN, userns: 9 }],
  narrowToken: [(...args: [string, object]) => evaluator.editor.narrowToken(...args), 'maps-only', {}],
  replaceWorld: [(given: library.World) => evaluator.editor.replaceWorld(given), world],
  'evaluator.createColumns': [(rows: number) => evaluator.createColumns(rows), 3],
  'evaluator.createVerdicts': [(rows: number) => evaluator.createVerdicts(rows), 3],
  // An attachment
  'attached.decideIds': [
    (...args: [number, number, number, number, number]) => attached.decideIds(...args),
    1,
    0,
    5,
    6,
    37,
  ],
  'attached.decideRequest': [(given: library.Request) => attached.decideRequest(given), request],
  'attached.decideBatch': [(...args: [library.Columns, Uint8Array]) => attached.decideBatch(...args), columns, out],
  'attached.permissionSet': [(...args: [number, number]) => attached.permissionSet(...args), 1, 0],
  // src/pool/index.ts
  createEvaluatorPool: [
    (...args: Parameters<typeof pools.createEvaluatorPool>) => pools.createEvaluatorPool(...args).close(),
    evaluator,
    { workers: 1 },
  ],
  createSharedColumns: [pools.createSharedColumns, 3],
  createSharedVerdicts: [pools.createSharedVerdicts, 3],
  'pool.decideBatch': [(...args: [library.Columns, Uint8Array, object]) => pool.decideBatch(...args), columns, out, {}],
  // src/tables/index.ts
  evaluateTable: [
    (...args: Parameters<typeof tables.evaluateTable>) => drained(tables.evaluateTable(...args)),
    evaluator,
    csv(),
    { format: 'csv' },
  ],
};

/** An error as a caller may meet it: the library's own, or the system's where a name is taken for a file's. */
function isTyped(error: unknown): boolean {
  return error instanceof BpfTokenSimError || (error instanceof Error && 'syscall' in error);
}

async function outcomeOf(call: () => unknown): Promise<{ readonly thrown: unknown } | { readonly result: unknown }> {
  try {
    return { result: await call() };
  } catch (thrown) {
    return { thrown };
  }
}

describe('an argument that is none is refused with a typed error, or answered', () => {
  test.each(Object.keys(CALLS))('%s', async (name) => {
    const [call, ...args] = CALLS[name] as (typeof CALLS)[string];
    for (const place of args.keys()) {
      for (const value of NASTY) {
        const outcome = await outcomeOf(() => call(...(args.with(place, value) as never[])));
        if ('thrown' in outcome && !isTyped(outcome.thrown)) {
          expect.fail(
            `argument ${place} as ${typeof value} ${String(value)}: ${String((outcome.thrown as Error)?.stack)}`,
          );
        }
      }
    }
  });
});

describe('a number that WebAssembly would take for another is no request', () => {
  const numbers = [Number.NaN, -1, 0.5, 2 ** 32, Number.POSITIVE_INFINITY, '0', undefined, null, 0n, true];
  const fields = ['task', 'token', 'cmd', 'type', 'attachType', 'insnCnt', 'pre'] as const;

  test.each(fields)('%s', (field) => {
    for (const value of [...numbers, ...(field === 'pre' ? [8, 255] : [])]) {
      const wrong = { ...request, [field]: value } as never;
      const ways = [
        () => evaluator.decideRequest(wrong),
        () => attached.decideRequest(wrong),
        () => new library.Model(world).ask(wrong),
        () => library.setRow(createColumns(1), 0, wrong),
        () => library.explainRequest(evaluator, wrong),
      ];
      for (const way of ways) {
        expect(way).toThrow(expect.objectContaining({ code: 'INVALID_REQUEST', field }) as never);
      }
    }
  });

  test('nor is one of decideIds() or a permission set', () => {
    for (const value of numbers) {
      for (const place of [0, 1, 2, 3, 4]) {
        const ids = [1, 0, 5, 6, 37].with(place, value as never) as [number, number, number, number, number];
        for (const decider of [evaluator, attached]) {
          const field = fields[place] as string;
          expect(() => decider.decideIds(...ids)).toThrow(
            expect.objectContaining({ code: 'INVALID_REQUEST', field }) as never,
          );
        }
      }
      expect(() => attached.permissionSet(value as never, 0)).toThrow(library.InvalidRequestError);
    }
  });

  test('a task past what a column holds is no other task in it, and a token is refused', () => {
    const row = createColumns(1);
    library.setRow(row, 0, { ...request, task: 2 ** 16 });
    const verdict = new Uint8Array(1);
    evaluator.decideBatch(row, verdict);
    expect(verdict[0]).toBe(evaluator.decideRequest({ ...request, task: 2 ** 16 }));
    expect(() => library.setRow(row, 0, { ...request, token: 2 ** 16 })).toThrow(library.InvalidRequestError);
  });
});

test('after dispose() every call says so, and dispose() does nothing', async () => {
  const gone = library.createEvaluator(world);
  const lost = library.attachEvaluator(library.shareEvaluator(gone));
  for (const one of [gone, lost]) {
    one.dispose();
    one.dispose();
  }
  const calls: readonly (() => unknown)[] = [
    () => gone.world,
    () => gone.decideCode(XDP),
    () => gone.decideRequest(request),
    () => gone.decideIds(1, 0, 5, 6, 37),
    () => gone.decideBatch(columns, out),
    () => gone.permissionSet(0),
    () => gone.permissionTable(0),
    () => library.explainRequest(gone, XDP),
    () => gone.editor.addTask(TASK),
    () => gone.editor.addToken(TOKEN),
    () => gone.editor.narrowToken(0, {}),
    () => gone.editor.replaceWorld(world),
    () => gone.createColumns(1),
    () => gone.createVerdicts(1),
    () => library.shareEvaluator(gone),
    () => lost.decideRequest(request),
    () => lost.decideIds(1, 0, 5, 6, 37),
    () => lost.decideBatch(columns, out),
    () => lost.permissionSet(0, 0),
    () => pools.createEvaluatorPool(gone),
    () => tables.evaluateTable(gone, 'x.csv'),
  ];
  for (const call of calls) expect(call).toThrow(library.DisposedError);
});
