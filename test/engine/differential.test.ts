import { describe, expect, test } from 'vitest';
import { MASK_ANY } from '../../src/abi/bpf.js';
import { CAP_BPF, CAP_PERFMON } from '../../src/abi/capabilities.js';
import { Outcome } from '../../src/abi/verdict.js';
import { createColumns, createProgramColumn, rowOf, setRow } from '../../src/engine/columns.js';
import { createEvaluator } from '../../src/engine/evaluator.js';
import { missedOf } from '../../src/fuzz/coverage.js';
import { RANDOM_RULES } from '../../src/fuzz/random_profile.js';
import { withRandomPrograms } from '../../src/fuzz/random_programs.js';
import { randomRequest } from '../../src/fuzz/random_request.js';
import { RandomSource } from '../../src/fuzz/random_source.js';
import { randomWorld } from '../../src/fuzz/random_world.js';
import { capName } from '../../src/kernel/capability.js';
import { NO_DENIALS } from '../../src/kernel/denials.js';
import { masksBy } from '../../src/kernel/masks.js';
import { Model } from '../../src/kernel/model.js';
import { PROFILES } from '../../src/kernel/profile.js';
import { Trace } from '../../src/kernel/trace.js';
import { dispositionName, outcomeName } from '../../src/kernel/verdict.js';
import { LIBERTY_NAMES } from '../../src/kernel/verifier/liberties.js';
import type { ProgramSpec } from '../../src/kernel/verifier/program_needs.js';
import type { World } from '../../src/kernel/world.js';
import { resolveHelper } from '../../src/names/helper_names.js';
import { cases } from '../cases.js';

/** More with, say, DIFFERENTIAL_WORLDS=100000 npm test; another start with DIFFERENTIAL_SEED. */
const WORLDS = Number(process.env.DIFFERENTIAL_WORLDS ?? cases(500, 2500));
const SEED = Number(process.env.DIFFERENTIAL_SEED ?? 1);
const REQUESTS_PER_WORLD = 100;

describe('the hot path answers as the model does', () => {
  test(`${WORLDS} random worlds of ${REQUESTS_PER_WORLD} random requests, one by one and as a batch`, {
    timeout: 600_000,
  }, () => {
    const verdicts = new Float64Array(256);
    const profiles = new Set<string>();
    for (let i = 0; i < WORLDS; i++) {
      const seed = SEED * 1_000_003 + i;
      const world = withRandomPrograms(new RandomSource(seed ^ 0xabc), randomWorld(new RandomSource(seed)));
      const random = new RandomSource(seed ^ 0x5eed);
      const requests = Array.from({ length: REQUESTS_PER_WORLD }, () => randomRequest(world, random));
      const model = new Model(world);
      const expected = requests.map((request) => model.ask(request));
      const evaluator = createEvaluator(world);
      const columns = { ...createColumns(requests.length), program: createProgramColumn(requests.length) };
      requests.forEach((request, row) => {
        setRow(columns, row, request);
        if (request.program) columns.program[row] = world.programs?.indexOf(request.program as ProgramSpec) as number;
      });
      const batch = new Uint8Array(requests.length);
      evaluator.decideBatch(columns, batch);
      requests.forEach((request, row) => {
        const single = evaluator.decideRequest(request);
        if (single !== expected[row] || batch[row] !== expected[row]) {
          expect({ seed, row, request, profile: world.profile.description, single, batch: batch[row] }).toEqual({
            seed,
            row,
            request,
            profile: world.profile.description,
            single: expected[row],
            batch: expected[row],
          });
        }
      });
      profiles.add(world.profile.name);
      for (const byte of expected) {
        verdicts[byte] = (verdicts[byte] as number) + 1;
      }
    }
    // The comparison is worth something only if it gets everywhere a batch can get.
    const { outcomes, dispositions } = missedOf(verdicts);
    expect([...outcomes.map(outcomeName), ...dispositions.map(dispositionName)]).toEqual([]);
    expect([...profiles].sort()).toEqual([...PROFILES.map(({ name }) => name), RANDOM_RULES].sort());
  });
});

test('what is withheld from programs is what the model says, one by one and of a batch', () => {
  const seen = new Set<string>();
  for (let seed = 0; seed < cases(200, 2000); seed++) {
    const world = permissive(withRandomPrograms(new RandomSource(seed ^ 0xabc), randomWorld(new RandomSource(seed))));
    const { programs } = world;
    const random = new RandomSource(seed ^ 0x5eed);
    const requests = Array.from({ length: 50 }, () => randomRequest(world, random));
    const columns = { ...createColumns(requests.length), program: createProgramColumn(requests.length) };
    requests.forEach((request, row) => {
      setRow(columns, row, request);
      if (request.program) columns.program[row] = programs.indexOf(request.program as ProgramSpec);
    });
    const evaluator = createEvaluator(world);
    const missing = new Uint8Array(requests.length).fill(255);
    evaluator.decideBatch(columns, new Uint8Array(requests.length), missing);
    const model = new Model(world);
    requests.forEach((request, row) => {
      expect(rowOf(columns, row, programs).program).toBe(request.cmd === 5 ? request.program : undefined);
      const trace = new Trace();
      model.ask(request, trace);
      const { withheld } = trace;
      const { errno, withheld: told } = evaluator.decide(request);
      const ofBatch =
        missing[row] === 0 ? undefined : evaluator.withheldOf(columns.program[row] as number, missing[row] as number);
      if (!withheld) {
        expect([told, ofBatch]).toEqual([undefined, undefined]);
        return;
      }
      const { kind, name, refusal, missing: asked } = withheld;
      seen.add(`${kind} ${refusal} ${asked?.inInit ?? ''} ${withheld.errno}`);
      expect(errno).toBe(withheld.errno);
      expect(told).toEqual({ kind, name, refusal, capability: asked ? capName(asked.cap) : null });
      expect(ofBatch).toEqual({ kind, name, refusal, errno: withheld.errno, ...(asked && { cap: asked.cap }) });
    });
  }
  expect([...seen]).toEqual(
    expect.arrayContaining([
      'helper capability false EINVAL',
      'helper capability true EINVAL',
      'helper might_sleep  EINVAL',
      'helper needs_gpl  EINVAL',
      'helper not_of_this_type  EINVAL',
      'liberty capability false E2BIG',
      'liberty capability false EACCES',
      'liberty capability false EINVAL',
      'liberty capability false EPERM',
    ]),
  );
});

/** The world, whose tasks load programs of many types, and whose tokens count. */
function permissive(world: World) {
  const bpf = 1n << BigInt(CAP_BPF);
  return {
    ...world,
    unprivilegedBpfDisabled: 0 as const,
    tasks: world.tasks.map((task, id) => ({
      ...task,
      effective: task.effective | bpf | (id % 2 ? 1n << BigInt(CAP_PERFMON) : 0n),
    })),
    programs: [...(world.programs ?? []), ...oneNeedEach()],
    tokens: world.tokens.map((token) => ({ ...token, allowed: masksBy(() => MASK_ANY), denials: NO_DENIALS })),
  };
}

/** Socket filters and kprobes that need one liberty or one helper. */
function oneNeedEach(): ProgramSpec[] {
  const helpers = ['probe_write_user', 'copy_from_user', 'probe_read_kernel', 'ktime_get_boot_ns'];
  return [1, 2].flatMap((progType) => {
    const kind = { progType, attachType: 0, isGpl: progType === 1, isSleepable: false };
    return [
      ...LIBERTY_NAMES.map((liberty) => ({
        ...kind,
        name: `${progType} ${liberty}`,
        helpers: [],
        liberties: [liberty],
      })),
      ...helpers.map((name) => {
        return { ...kind, name: `${progType} ${name}`, helpers: [resolveHelper(name) as number], liberties: [] };
      }),
    ];
  });
}

test('a program that the world does not have, or of other types, makes a bad row', () => {
  const program = {
    name: 'p',
    progType: 6,
    attachType: 37,
    helpers: [],
    liberties: [],
    isGpl: true,
    isSleepable: false,
  };
  const world = { ...randomWorld(new RandomSource(1)), programs: [program] };
  const columns = { ...createColumns(4), program: Uint16Array.of(0, 0, 0, 1) };
  columns.cmd.fill(5);
  columns.type.set([6, 5, 6, 6]);
  columns.attachType.set([37, 37, 36, 37]);
  const out = new Uint8Array(4);
  createEvaluator(world).decideBatch(columns, out);
  expect([...out].map((byte) => byte === Outcome.BAD_ROW)).toEqual([false, true, true, true]);
  const model = new Model(world);
  expect([...out]).toEqual([0, 1, 2, 3].map((row) => model.ask(rowOf(columns, row, world.programs))));
});

test('a request gives the same byte at any position of a batch', () => {
  const world = randomWorld(new RandomSource(7));
  const random = new RandomSource(7);
  const request = randomRequest(world, random);
  const evaluator = createEvaluator(world);
  for (const length of [1, 2, 3, 15, 16, 17, 63, 16_383, 16_384, 16_385, 40_000]) {
    const columns = createColumns(length);
    for (let row = 0; row < length; row++) setRow(columns, row, request);
    const out = new Uint8Array(length);
    evaluator.decideBatch(columns, out);
    expect(new Set(out)).toEqual(new Set([evaluator.decideRequest(request)]));
  }
});

test('a row holds a request, but for numbers no table knows', () => {
  const world = randomWorld(new RandomSource(9));
  const random = new RandomSource(9);
  const columns = createColumns(1);
  for (let i = 0; i < 1000; i++) {
    const request = randomRequest(world, random);
    setRow(columns, 0, request);
    const { cmd, type, attachType, ...rest } = rowOf(columns, 0);
    expect(rest).toEqual({ task: request.task, token: request.token, insnCnt: request.insnCnt, pre: request.pre });
    expect([cmd, type, attachType]).toEqual(
      [request.cmd, request.type, request.attachType].map((n) => Math.min(n, 63)),
    );
  }
});

test('columns of unequal length are refused', () => {
  const evaluator = createEvaluator(randomWorld(new RandomSource(1)));
  expect(() => evaluator.decideBatch(createColumns(3), new Uint8Array(4))).toThrow(/column task has 3 rows/);
});

test('hooks that are functions are refused with words: they are for the model', () => {
  const lsm = { bpf_token_cmd: () => -1 };
  expect(() => createEvaluator(randomWorld(new RandomSource(1)), { lsm })).toThrow(
    /the hot path cannot call bpf_token_cmd: write the denials as data .* or ask the model/,
  );
});

test('hooks and denials of the same content are the same to the model', () => {
  for (let seed = 1; seed <= 200; seed++) {
    const world = randomWorld(new RandomSource(seed));
    const denied = (mask: bigint, bit: number) => ((mask >> BigInt(bit)) & 1n) === 1n;
    const denials = new Map(world.tokens.map((token) => [token.name, token.denials]));
    const bare = { ...world, tokens: world.tokens.map((token) => ({ ...token, denials: { cmds: 0n, caps: 0n } })) };
    const hooked = new Model(bare, {
      bpf_token_cmd: (token, cmd) => (denied(denials.get(token.name)?.cmds ?? 0n, cmd) ? -1 : 0),
      bpf_token_capable: (token, cap) => (denied(denials.get(token.name)?.caps ?? 0n, cap) ? -1 : 0),
    });
    const model = new Model(world);
    const random = new RandomSource(seed);
    for (let i = 0; i < 50; i++) {
      const request = randomRequest(world, random);
      expect(hooked.ask(request)).toBe(model.ask(request));
    }
  }
});
