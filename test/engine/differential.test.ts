import { describe, expect, test } from 'vitest';
import { createColumns, rowOf, setRow } from '../../src/engine/columns.js';
import { createEvaluator } from '../../src/engine/evaluator.js';
import { missedOf } from '../../src/fuzz/coverage.js';
import { RANDOM_RULES } from '../../src/fuzz/random_profile.js';
import { randomRequest } from '../../src/fuzz/random_request.js';
import { RandomSource } from '../../src/fuzz/random_source.js';
import { randomWorld } from '../../src/fuzz/random_world.js';
import { Model } from '../../src/kernel/model.js';
import { PROFILES } from '../../src/kernel/profile.js';
import { dispositionName, outcomeName } from '../../src/kernel/verdict.js';
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
      const world = randomWorld(new RandomSource(seed));
      const random = new RandomSource(seed ^ 0x5eed);
      const requests = Array.from({ length: REQUESTS_PER_WORLD }, () => randomRequest(world, random));
      const model = new Model(world);
      const expected = requests.map((request) => model.ask(request));
      const evaluator = createEvaluator(world);
      const columns = createColumns(requests.length);
      requests.forEach((request, row) => {
        setRow(columns, row, request);
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
