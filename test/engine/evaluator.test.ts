import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { createColumns } from '../../src/engine/columns.js';
import { createEvaluator } from '../../src/engine/evaluator.js';
import { explainRequest } from '../../src/engine/explain_request.js';
import { shareEvaluator } from '../../src/engine/share.js';
import {
  BpfTokenSimError,
  ColumnLengthError,
  ColumnTypeError,
  DisposedError,
  HooksNotSupportedError,
  WorldTooLargeError,
} from '../../src/errors.js';
import { explain } from '../../src/explain/explain.js';
import { randomRequest } from '../../src/fuzz/random_request.js';
import { RandomSource } from '../../src/fuzz/random_source.js';
import { randomWorld } from '../../src/fuzz/random_world.js';
import { decodeVerdict } from '../../src/kernel/verdict.js';
import { requestOf, type World } from '../../src/kernel/world.js';
import type { NamedRequest } from '../../src/request/resolve_request.js';
import { parseScenario } from '../../src/scenario/parse_scenario.js';
import { named } from './named.js';

const SCENARIO = `
profile: linux-6.12
userns: { box: { parent: init, owner: 1000 } }
bpffs: { box-fs: { userns: box, delegate_cmds: any, delegate_maps: any, delegate_progs: [xdp], delegate_attachs: any } }
tasks:
  web: { userns: box, euid: 1000, caps: [CAP_BPF, CAP_NET_ADMIN] }
  idle: { userns: box, euid: 1001 }
tokens: { web-token: { bpffs: box-fs } }
`;
const { world } = parseScenario(SCENARIO);
const evaluator = createEvaluator(world);
const XDP = { task: 'web', token: 'web-token', cmd: 'prog_load', prog_type: 'xdp', expected_attach_type: 'xdp' };

const { Memory } = WebAssembly;
setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** The error a call throws. */
function thrownBy(call: () => unknown): BpfTokenSimError {
  try {
    call();
  } catch (error) {
    expect(error).toBeInstanceOf(BpfTokenSimError);
    return error as BpfTokenSimError;
  }
  throw new Error('it threw nothing');
}

describe('check by names', () => {
  test.each([
    ['as scenarios spell it', XDP],
    ['as the kernel does', { ...XDP, cmd: 'BPF_PROG_LOAD', prog_type: 'BPF_PROG_TYPE_XDP' }],
    ['as tools do', { ...XDP, cmd: 'BPFProgLoad', prog_type: 'XDP', expected_attach_type: 'bpf-xdp' }],
    ['by numbers', { task: 0, token: 0, cmd: 5, prog_type: 6, expected_attach_type: '37' }],
  ] satisfies [string, NamedRequest][])('%s', (_, request) => {
    expect(decodeVerdict(evaluator.decideCode(request))).toMatchObject({ allowed: true });
    // The second time a spelling is known.
    expect(decodeVerdict(evaluator.decideCode(request))).toMatchObject({ allowed: true });
    expect(decodeVerdict(evaluator.decideCode({ ...request, token: undefined }))).toMatchObject({ errno: 'EPERM' });
    expect(decodeVerdict(evaluator.decideCode({ ...request, task: 'idle' }))).toMatchObject({ errno: 'EPERM' });
    expect(decodeVerdict(evaluator.decideCode({ ...request, prog_type: 'kprobe' }))).toMatchObject({ allowed: false });
    expect(decodeVerdict(evaluator.decideCode({ ...request, insn_cnt: 0 }))).toMatchObject({ errno: 'E2BIG' });
    expect(decodeVerdict(evaluator.decideCode({ ...request, pre: 'token-ebadf' }))).toMatchObject({ errno: 'EBADF' });
  });

  test('a command reads its own type, and what it does not read changes nothing', () => {
    const asked = { task: 'web', token: 'web-token' };
    const map = evaluator.decideCode({ ...asked, cmd: 'map_create', map_type: 'devmap' });
    expect(map).toBe(evaluator.decideIds(0, 0, 0, 14, 0));
    expect(evaluator.decideCode({ ...asked, cmd: 'map_create', map_type: 'devmap', prog_type: 'no such thing' })).toBe(
      map,
    );
    expect(evaluator.decideCode({ ...asked, cmd: 'btf_load', map_type: 'no such thing' })).toBe(
      evaluator.decideIds(0, 0, 18, 0, 0),
    );
    const attach = {
      ...asked,
      cmd: 'link_create',
      prog_type: 'cgroup_skb',
      expected_attach_type: 'cgroup_inet_egress',
    };
    expect(evaluator.decideCode(attach)).toBe(evaluator.decideIds(0, 0, 28, 8, 1));
    expect(evaluator.decideCode({ ...asked, cmd: 'link_create' })).toBe(evaluator.decideIds(0, 0, 28, 0, 0));
  });

  test('ids that there are not get a verdict, as in a batch', () => {
    expect(evaluator.decideCode({ ...XDP, task: 7 })).toBe(evaluator.decideIds(7, 0, 5, 6, 37));
    expect(evaluator.decideCode({ ...XDP, token: 7 })).toBe(evaluator.decideIds(0, 7, 5, 6, 37));
  });

  test.each([
    [
      { ...XDP, task: 'wbe' },
      { code: 'UNKNOWN_NAME', kind: 'task', given: 'wbe', nearest: 'web' },
      'unknown task "wbe"; did you mean "web"?',
    ],
    [
      { ...XDP, task: 'somebody' },
      { kind: 'task', nearest: undefined, expected: 'one of web, idle' },
      'unknown task "somebody"; expected one of web, idle',
    ],
    [{ ...XDP, token: 'web-tokn' }, { kind: 'token', nearest: 'web-token' }, 'did you mean "web-token"?'],
    [
      { ...XDP, cmd: 'prog_lod' },
      { kind: 'command', nearest: 'prog_load' },
      'linux-6.12 has no command "prog_lod"; did you mean "prog_load"?',
    ],
    [{ ...XDP, prog_type: 'xpd' }, { kind: 'program type', nearest: 'xdp' }, 'has no program type "xpd"'],
    [{ ...XDP, expected_attach_type: 'xpd' }, { kind: 'attach type', nearest: 'xdp' }, 'has no attach type "xpd"'],
    [{ ...XDP, cmd: 'map_create', map_type: 'hsh' }, { kind: 'map type', nearest: 'hash' }, 'has no map type "hsh"'],
    [{ ...XDP, cmd: 'prog_stream_read_by_fd' }, { kind: 'command' }, 'it came with linux-'],
    [{ ...XDP, pre: 'token_badf' }, { kind: 'fault', nearest: 'token_ebadf' }, 'did you mean "token_ebadf"?'],
    [{ ...XDP, cmd: 'token_create', bpffs: 'box' }, { kind: 'bpffs', nearest: undefined }, 'unknown bpffs "box"'],
    [{ ...XDP, cmd: 'token_create', bpffs: 3 }, { kind: 'bpffs', given: '3' }, 'there is no bpffs of id 3'],
    [
      { ...XDP, prog_type: undefined },
      { code: 'INVALID_REQUEST', field: 'prog_type' },
      "prog_load needs prog_type, as in prog_type: 'xdp'",
    ],
    [{ task: 'web', cmd: 'map_create' }, { code: 'INVALID_REQUEST', field: 'map_type' }, 'map_create needs map_type'],
    [{ ...XDP, insn_cnt: 1.5 }, { code: 'INVALID_REQUEST', field: 'insn_cnt' }, 'insn_cnt is 1.5: a whole number'],
    [{ ...XDP, cmd: -1 }, { code: 'INVALID_REQUEST', field: 'cmd' }, 'cmd is -1: the name or number of a command'],
    [{ ...XDP, expected_attach_type: 0.5 }, { field: 'expected_attach_type' }, 'the name or number of an attach type'],
    [{ ...XDP, cmd: undefined as never }, { field: 'cmd' }, 'cmd is undefined'],
    [{ ...XDP, task: null as never }, { field: 'task' }, 'task is object: a name or an id'],
    [{ ...XDP, pre: 3 as never }, { field: 'pre' }, 'pre is number: one of none, '],
  ] satisfies [NamedRequest, object, string][])('%j is refused in words', (request, fields, words) => {
    const error = thrownBy(() => evaluator.decideCode(request));
    expect(error).toMatchObject(fields);
    expect(error.message).toContain(words);
    expect(thrownBy(() => explainRequest(evaluator, request)).message).toBe(error.message);
  });

  test('a flood of spellings and unknown names leaves known ones right', () => {
    const flooded = createEvaluator(world);
    for (let i = 0; i < 5000; i++) {
      expect(flooded.decideCode({ ...XDP, cmd: `${' '.repeat(i)}prog_load` })).toBe(evaluator.decideCode(XDP));
      if (i % 100 === 0) thrownBy(() => flooded.decideCode({ ...XDP, cmd: `no_${i}` }));
    }
    expect(flooded.decideCode({ ...XDP, cmd: 'BPF_PROG_LOAD' })).toBe(evaluator.decideCode(XDP));
    expect(flooded.decideCode({ ...XDP, cmd: 'BPFProgLoad' })).toBe(evaluator.decideCode(XDP));
  });

  test('an unknown name among 60,000 tasks, and a very long one, are refused without a long search', () => {
    const tasks = Array.from({ length: 60_000 }, (_, id) => ({ name: `task${id}`, userns: 0, euid: 0, effective: 0n }));
    const crowded = createEvaluator({ ...world, tasks });
    expect(thrownBy(() => crowded.decideCode({ ...XDP, task: 'task_17' }))).toMatchObject({ nearest: 'task17' });
    expect(thrownBy(() => crowded.decideCode({ ...XDP, task: 'x'.repeat(1 << 20) })).message.length).toBeLessThan(400);
  });

  test('two tasks of one name: no name of a task is looked up, and ids are', () => {
    const [web, idle] = world.tasks as [World['tasks'][number], World['tasks'][number]];
    const twice = createEvaluator({ ...world, tasks: [web, { ...idle, name: 'web' }] });
    expect(thrownBy(() => twice.decideCode(XDP))).toMatchObject({
      code: 'INVALID_SPEC',
      field: 'tasks[1].name',
      message: 'tasks[1].name is "web": a name of its own (tasks[0] has this one) is expected',
    });
    expect(twice.decideIds(1, 0, 5, 6, 37)).toBe(evaluator.decideIds(1, 0, 5, 6, 37));
  });
});

test('explain takes a request by names or by ids, and knows the bpffs of a token_create', () => {
  for (let seed = 1; seed <= 40; seed++) {
    const random = new RandomSource(seed);
    const sample = randomWorld(random);
    const request = randomRequest(sample, random);
    const asked = createEvaluator(sample);
    const explained = explain({ world: sample, request });
    expect(explainRequest(asked, request)).toEqual(explained);
    const { verdict, advice, returned } = explained;
    expect(explainRequest(asked, named(sample, request, random))).toMatchObject({ verdict, advice, returned });
  }
  const create = { task: 'web', cmd: 'token_create', bpffs: 'box-fs' };
  expect(explainRequest(evaluator, create).verdict).toMatchObject({ allowed: true });
  expect(explainRequest(evaluator, { ...create, task: 'idle' }).verdict).toMatchObject({ errno: 'EPERM' });
  expect(decodeVerdict(evaluator.decideCode(create)).allowed).toBe(false);
});

describe('batches that would be read wrongly are refused', () => {
  const columns = createColumns(3);
  test.each([
    ['task', new Uint8Array(3), 'column task is Uint8Array, Uint16Array is expected'],
    ['token', new Int16Array(3), 'column token is Int16Array, Uint16Array is expected'],
    ['cmd', new Uint16Array(3), 'column cmd is Uint16Array, Uint8Array is expected'],
    ['attachType', [0, 0, 0], 'column attachType is Array, Uint8Array is expected'],
    ['insnCnt', new Float64Array(3), 'column insnCnt is Float64Array, Uint32Array is expected'],
    ['pre', new DataView(new ArrayBuffer(3)), 'column pre is DataView, Uint8Array is expected'],
    ['type', undefined, 'column type is undefined, Uint8Array is expected'],
  ])('%s: %o', (column, value, message) => {
    const error = thrownBy(() => evaluator.decideBatch({ ...columns, [column]: value } as never, new Uint8Array(3)));
    expect(error).toBeInstanceOf(ColumnTypeError);
    expect(error).toMatchObject({ column, code: 'COLUMN_TYPE', message });
  });

  test('verdicts that are no bytes', () => {
    const error = thrownBy(() => evaluator.decideBatch(columns, new Uint16Array(3) as never));
    expect(error).toMatchObject({ column: 'out', given: 'Uint16Array', expected: 'Uint8Array' });
  });

  test('columns of another length', () => {
    const error = thrownBy(() => evaluator.decideBatch({ ...columns, pre: new Uint8Array(2) }, new Uint8Array(3)));
    expect(error).toBeInstanceOf(ColumnLengthError);
    expect(error).toMatchObject({ column: 'pre', rows: 2, expected: 3, message: 'column pre has 2 rows, out has 3' });
  });

  test('a Buffer is accepted like any Uint8Array', () => {
    const out = new Uint8Array(3);
    evaluator.decideBatch({ ...columns, cmd: Buffer.from([5, 5, 5]), insnCnt: undefined, pre: undefined }, out);
    expect(out[0]).toBe(evaluator.decideIds(0, 0xffff, 5, 0, 0));
  });
});

test('worlds that do not fit and hooks that are functions are refused', () => {
  const tokens = Array.from({ length: 0x1_0000 }, () => world.tokens[0] as World['tokens'][number]);
  const large = thrownBy(() => createEvaluator({ ...world, tokens }));
  expect(large).toBeInstanceOf(WorldTooLargeError);
  expect(large).toMatchObject({ what: 'tokens', count: 65_536, most: 65_535 });
  const hooks = thrownBy(() => createEvaluator(world, { lsm: { bpf_token_capable: () => 0 } }));
  expect(hooks).toBeInstanceOf(HooksNotSupportedError);
  expect(hooks).toMatchObject({ hooks: ['bpf_token_capable'] });
});

test('after dispose() everything says so, and dispose() may be called again', () => {
  const gone = createEvaluator(world);
  gone.decideCode(XDP);
  gone.dispose();
  gone.dispose();
  gone[Symbol.dispose]();
  const calls = [
    () => gone.world,
    () => gone.decideCode(XDP),
    () => gone.decideRequest(requestOf({ task: 0, cmd: 5 })),
    () => gone.decideIds(0, 0, 5, 6, 0),
    () => gone.decideBatch(createColumns(1), new Uint8Array(1)),
    () => explainRequest(gone, XDP),
    () => gone.editor.addTask({ name: 'new', userns: 0, euid: 0, effective: 0n }),
    () => gone.editor.addToken({ name: 'new', userns: 0, allowed: { cmds: 0n, maps: 0n, progs: 0n, attachs: 0n } }),
    () => gone.editor.narrowToken(0, { cmds: 0n }),
    () => gone.editor.replaceWorld(world),
    () => shareEvaluator(gone),
  ];
  for (const call of calls) expect(thrownBy(call)).toBeInstanceOf(DisposedError);
});

test('dispose() releases the memory, even while the evaluator is referenced', async () => {
  const memories: WeakRef<WebAssembly.Memory>[] = [];
  class Watched extends Memory {
    constructor(descriptor: WebAssembly.MemoryDescriptor) {
      super(descriptor);
      memories.push(new WeakRef(this));
    }
  }
  WebAssembly.Memory = Watched as typeof WebAssembly.Memory;
  const kept = createEvaluator(world);
  const gone = createEvaluator(world);
  WebAssembly.Memory = Memory;
  gone.decideCode(XDP);
  gone.dispose();
  // A WeakRef holds what it refers to until the turn that made it is over.
  await setImmediate();
  collectGarbage();
  expect(memories.map((memory) => memory.deref() !== undefined)).toEqual([true, false]);
  expect(kept.decideCode(XDP)).toBe(evaluator.decideCode(XDP));
});
