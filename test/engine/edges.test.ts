import { describe, expect, test } from 'vitest';
import { BPF_MAXINSNS } from '../../src/abi/bpf.js';
import { Fault } from '../../src/abi/verdict.js';
import { type Columns, createColumns } from '../../src/engine/columns.js';
import { createEvaluator, type Evaluator } from '../../src/engine/evaluator.js';
import { RandomSource } from '../../src/fuzz/random_source.js';
import { Model } from '../../src/kernel/model.js';
import { NEWEST_PROFILE, PROFILES, profileNamed } from '../../src/kernel/profile.js';
import { NO_TOKEN, type World } from '../../src/kernel/world.js';
import { named } from './named.js';
import { OPTIONALS, type Optional, PAIRS, REQUESTS_OF_PAIR, RequestBank, roomyWorld } from './request_bank.js';

// Batches are decided in blocks, rows in groups, runs of one task and token perhaps at once: here every length, change
// and address at which such a thing could go wrong meets the model. Nothing here knows how blocks are made.

const SYSCTLS = [0, 1, 2] as const;
const LENGTHS = [
  0, 1, 2, 15, 16, 17, 31, 32, 33, 1023, 1024, 1025, 8191, 8192, 8193, 16_383, 16_384, 16_385, 24_577,
] as const;
/** Rows that cross every boundary there might be, for cases that are about something else. */
const MANY_ROWS = 8192 + 1024 + 37;
/** The value of a byte that is never written. */
const UNTOUCHED = 0xa5;

/** Which pair of task and token each row has. */
type Pattern = (row: number) => number;

const noise =
  (random: RandomSource): Pattern =>
  () =>
    random.below(PAIRS);

/** Runs of as many rows each, the first one of `first` rows: changes come at any place of a group. */
const runs =
  (length: number, first = length): Pattern =>
  (row) =>
    Math.floor((row + length - first) / length) % PAIRS;

/** A run from a row up to another, and noise around it. */
const runInNoise =
  (from: number, to: number, pair: number, random: RandomSource): Pattern =>
  (row) =>
    row >= from && row < to ? pair : random.below(PAIRS);

/** A request of the bank for each row, any of those of the row's pair. */
function picksOf(rows: number, pattern: Pattern, random: RandomSource): Uint16Array {
  const picks = new Uint16Array(rows);
  for (let row = 0; row < rows; row++) picks[row] = pattern(row) * REQUESTS_OF_PAIR + random.below(REQUESTS_OF_PAIR);
  return picks;
}

/** Compares a batch with the model, and says of the first row that differs what was asked in it. */
function compare(bank: RequestBank, evaluator: Evaluator, what: string, picks: Uint16Array, optional: Optional): void {
  const { columns, expected } = bank.batch(picks, optional);
  const out = new Uint8Array(picks.length).fill(UNTOUCHED);
  evaluator.decideBatch(columns, out);
  const row = firstDifference(out, expected);
  if (row === -1) return;
  const { profile, unprivilegedBpfDisabled } = bank.world;
  const request = bank.requestOf(picks[row] as number, optional);
  const where = { what, profile: profile.name, unprivilegedBpfDisabled, rows: picks.length, optional, row, request };
  expect({ ...where, byte: out[row] }).toEqual({ ...where, byte: expected[row] });
}

/** Every profile with one value of the sysctl, and the newest with all. */
const KERNELS = PROFILES.flatMap((profile, i) =>
  SYSCTLS.filter((sysctl) => profile === NEWEST_PROFILE || sysctl === i % 3).map((sysctl) => ({ profile, sysctl })),
);

describe.each(KERNELS)('$profile.name, unprivileged_bpf_disabled=$sysctl', ({ profile, sysctl }) => {
  test('lengths, runs and single requests', () => {
    const random = new RandomSource(sysctl, PROFILES.indexOf(profile));
    const world = roomyWorld(profile, sysctl, random);
    const bank = new RequestBank(world, random);
    const evaluator = createEvaluator(world);
    for (const optional of OPTIONALS) {
      for (const rows of LENGTHS) {
        compare(bank, evaluator, 'noise', picksOf(rows, noise(random), random), optional);
      }
      compareSingly(bank, evaluator, optional, random);
    }
    for (const [what, pattern] of patterns(random)) {
      compare(bank, evaluator, what, picksOf(MANY_ROWS, pattern, random), random.pick(OPTIONALS));
    }
  });
});

function patterns(random: RandomSource): [what: string, Pattern][] {
  const all: [string, Pattern][] = [['one run', () => 9]];
  for (const length of [1, 2, 3, 15, 16, 17, 31, 32, 33, 48, 1024]) all.push([`runs of ${length}`, runs(length)]);
  for (let first = 1; first < 16; first++) all.push([`runs of 32 after one of ${first}`, runs(32, first)]);
  for (const pair of [0, 3, 6, 8, 12]) {
    const from = random.below(1100);
    const to = from + 1 + random.below(1100);
    all.push([`a run of pair ${pair} from ${from} to ${to}`, runInNoise(from, to, pair, random)]);
  }
  all.push(['two in turn', (row) => 8 + (row % 2)]);
  all.push(['with and without a token in turn', (row) => (row % 2 === 0 ? 6 : 8)]);
  return all;
}

/** Every request of the bank, one at a time, by each way that can say it. */
function compareSingly(bank: RequestBank, evaluator: Evaluator, optional: Optional, random: RandomSource): void {
  const expected = bank.answers(optional);
  bank.requests.forEach((_, i) => {
    const request = bank.requestOf(i, optional);
    const { task, token, cmd, type, attachType, insnCnt, pre } = request;
    const answers = [evaluator.decideRequest(request), evaluator.decideCode(named(bank.world, request, random))];
    // A count below every caller's limit does not change the verdict, so that decideIds() need not have it.
    if (pre === Fault.NONE && insnCnt > 0 && insnCnt <= BPF_MAXINSNS) {
      answers.push(evaluator.decideIds(task, token, cmd, type, attachType));
    }
    if (answers.some((byte) => byte !== expected[i])) {
      expect({ request, answers }).toEqual({ request, answers: answers.map(() => expected[i]) });
    }
  });
}

describe('columns anywhere in a buffer', () => {
  const random = new RandomSource(77);
  const world = roomyWorld(profileNamed('linux-6.12'), 2, random);
  const bank = new RequestBank(world, random);
  const evaluator = createEvaluator(world);

  test.each([
    ['ArrayBuffer', (bytes: number) => new ArrayBuffer(bytes)],
    ['SharedArrayBuffer', (bytes: number) => new SharedArrayBuffer(bytes)],
  ] as const)('views into one larger %s, at every offset their elements allow', (_, makeBuffer) => {
    for (let offset = 0; offset <= 33; offset++) {
      const rows = random.pick([1, 15, 16, 17, 1000 + offset, 8192 - offset, 8193 + offset]);
      const optional = random.pick(OPTIONALS);
      const { columns, expected } = bank.batch(picksOf(rows, noise(random), random), optional);
      const { moved, next } = moveInto(makeBuffer, columns, rows, offset);
      // The verdicts lie in the same buffer, right after the columns, between bytes that must not change.
      const whole = new Uint8Array(moved.task.buffer);
      const out = whole.subarray(next + offset, next + offset + rows);
      whole.fill(UNTOUCHED, next);
      const before = whole.slice(0, next);
      evaluator.decideBatch(moved, out);
      expect(firstDifference(out, expected)).toBe(-1);
      expect(firstDifference(whole.subarray(0, next), before), 'columns are as they were').toBe(-1);
      const around = [...whole.subarray(next, next + offset), ...whole.subarray(next + offset + rows)];
      expect(
        around.every((byte) => byte === UNTOUCHED),
        'bytes around the verdicts',
      ).toBe(true);
      expect(around.length).toBeGreaterThanOrEqual(64);
    }
  });

  test('views made by subarray, each at a different offset', () => {
    const rows = 3000;
    const { columns, expected } = bank.batch(picksOf(rows, noise(random), random), OPTIONALS[0] as Optional);
    for (const [from, to] of [
      [1, 2],
      [1, 17],
      [7, 8],
      [15, 2999],
      [16, 33],
      [2047, 3000],
    ] as const) {
      const part: Columns = {
        task: columns.task.subarray(from, to),
        token: columns.token.subarray(from, to),
        cmd: columns.cmd.subarray(from, to),
        type: columns.type.subarray(from, to),
        attachType: columns.attachType.subarray(from, to),
        insnCnt: columns.insnCnt?.subarray(from, to),
        pre: columns.pre?.subarray(from, to),
      };
      const whole = new Uint8Array(rows).fill(UNTOUCHED);
      evaluator.decideBatch(part, whole.subarray(from, to));
      const wanted = new Uint8Array(rows).fill(UNTOUCHED);
      wanted.set(expected.subarray(from, to), from);
      expect(firstDifference(whole, wanted)).toBe(-1);
    }
  });

  test('a batch leaves nothing behind for the next', () => {
    const long = bank.batch(picksOf(MANY_ROWS, noise(random), random), { insnCnt: true, pre: true });
    const out = new Uint8Array(MANY_ROWS);
    for (const rows of [1, 0, 15, 16, 17, 1023, 8191]) {
      evaluator.decideBatch(long.columns, out);
      for (const optional of OPTIONALS) {
        compare(bank, evaluator, 'after a long one', picksOf(rows, noise(random), random), optional);
      }
    }
  });
});

type Column = Uint8Array | Uint16Array | Uint32Array;

/** Copies columns into one buffer, each `offset` elements past the first place it could have; says where they end. */
function moveInto(
  makeBuffer: (bytes: number) => ArrayBufferLike,
  columns: Columns,
  rows: number,
  offset: number,
): { moved: Columns; next: number } {
  const buffer = makeBuffer(64 * 8 + rows * 14 + offset * 32 + rows);
  let next = 0;
  const move = <T extends Column>(column: T): T => {
    const size = column.BYTES_PER_ELEMENT;
    const start = Math.ceil(next / size) * size + offset * size;
    const EnumKind = column.constructor as new (buffer: ArrayBufferLike, start: number, length: number) => T;
    const view = new EnumKind(buffer, start, rows);
    view.set(column);
    next = start + rows * size;
    return view;
  };
  const moved: Columns = {
    // A column of bytes goes first, so that wider ones begin where only their own elements' size says.
    cmd: move(columns.cmd),
    task: move(columns.task),
    type: move(columns.type),
    token: move(columns.token),
    attachType: move(columns.attachType),
    ...(columns.insnCnt ? { insnCnt: move(columns.insnCnt) } : {}),
    ...(columns.pre ? { pre: move(columns.pre) } : {}),
  };
  return { moved, next };
}

/** The first place where they differ, or -1. */
function firstDifference(bytes: Uint8Array, expected: Uint8Array): number {
  if (Buffer.compare(bytes, expected) === 0) return -1;
  for (let i = 0; i < bytes.length; i++) if (bytes[i] !== expected[i]) return i;
  return bytes.length;
}

test.each([
  ['no tokens', { tokens: [] }],
  ['no tasks', { tasks: [] }],
  ['nothing at all', { tasks: [], tokens: [] }],
] as const)('a world with %s: every id is past the end', (_, noop: Partial<World>) => {
  const world = { ...roomyWorld(NEWEST_PROFILE, 2, new RandomSource(5)), ...noop };
  const model = new Model(world);
  const evaluator = createEvaluator(world);
  const ids = [0, 1, 0xfffe, NO_TOKEN];
  const requests = ids.flatMap((task) =>
    ids.map((token) => ({ task, token, cmd: 5, type: 6, attachType: 37, insnCnt: 1, pre: Fault.NONE })),
  );
  const columns = createColumns(requests.length);
  columns.task.set(requests.map(({ task }) => task));
  columns.token.set(requests.map(({ token }) => token));
  columns.cmd.fill(5);
  columns.type.fill(6);
  columns.attachType.fill(37);
  const out = new Uint8Array(requests.length);
  evaluator.decideBatch(columns, out);
  const expected = requests.map((request) => model.ask(request));
  expect([...out]).toEqual(expected);
  expect(requests.map((request) => evaluator.decideRequest(request))).toEqual(expected);
});
