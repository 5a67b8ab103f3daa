import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { MASK_ANY } from '../../src/abi/bpf.js';
import { DISPOSITION_SHIFT, OUTCOME_MASK } from '../../src/abi/verdict.js';
import { duration } from '../../src/cli/options/values.js';
import { CASES_PER_WORLD, formatCaseId, nthWorld, parseCaseId } from '../../src/fuzz/case_id.js';
import { missedOf } from '../../src/fuzz/coverage.js';
import { generateWorld } from '../../src/fuzz/generate_case.js';
import { ALL_SLOTS, slotsOf } from '../../src/fuzz/profile_slots.js';
import { randomRequest } from '../../src/fuzz/random_request.js';
import { RandomSource } from '../../src/fuzz/random_source.js';
import { randomWorld } from '../../src/fuzz/random_world.js';
import { runSequential } from '../../src/fuzz/run_sequential.js';
import { shardsOf } from '../../src/fuzz/shard.js';
import { MASK_NAMES } from '../../src/kernel/masks.js';
import { findProfile, PROFILES } from '../../src/kernel/profile.js';
import { MAX_IDS, NO_TOKEN, type World } from '../../src/kernel/world.js';
import { cases, some } from '../cases.js';

/** Everything of a world but what a later release of this package may add. */
function fingerprint(seed: number, number: number): string {
  const { world, requests } = generateWorld(seed, number);
  const { profile, ...rest } = world;
  const text = JSON.stringify([profile.name, rest, requests], (_, value) =>
    typeof value === 'bigint' ? `0x${value.toString(16)}` : value,
  );
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

describe('identities', () => {
  test('are read as they are written', () => {
    for (const id of [
      { seed: 1, world: 0x2f3a, index: 17 },
      { seed: 0, world: 0, index: 0 },
      { seed: Number.MAX_SAFE_INTEGER, world: 0xffff_ffff, index: CASES_PER_WORLD - 1 },
    ]) {
      expect(parseCaseId(formatCaseId(id))).toEqual(id);
    }
    expect(formatCaseId({ seed: 1, world: 0x2f3a, index: 17 })).toBe('1-2f3a-17');
  });

  test.each(['', '1', '1-2', '1-2-60', '1-100000000-3', '1-g-3', '-1-2-3', '9007199254740993-0-0', '1-2-3-4'])(
    '%j is none',
    (text) => {
      expect(parseCaseId(text)).toBeUndefined();
    },
  );

  test('mean the same case on every machine', () => {
    expect([fingerprint(1, 0), fingerprint(1, 0x2f3a), fingerprint(2 ** 40 + 7, 0xffff_fff0)]).toMatchInlineSnapshot(`
      [
        "d49c1ed483424310",
        "abb04019b79b137e",
        "f41ce76d49a4ca55",
      ]
    `);
  });

  test('fewer requests of a world are the beginning of all of them', () => {
    for (let number = 0; number < cases(60, 200); number++) {
      const all = generateWorld(3, number);
      const some = generateWorld(3, number, 23);
      expect(some.world).toEqual(all.world);
      expect(some.requests).toEqual(all.requests.slice(0, 23));
    }
  });

  test('a campaign of some profiles draws worlds of a campaign of all', () => {
    const wanted = slotsOf(['v12', PROFILES.at(-1)?.name as string]);
    const numbers = Array.from({ length: 10 }, (_, n) => nthWorld(wanted, n));
    expect(new Set(numbers).size).toBe(10);
    expect(new Set(numbers.map((number) => generateWorld(1, number).world.profile))).toEqual(
      new Set([findProfile('v12'), PROFILES.at(-1)]),
    );
  });
});

test.each([1, 59, 60, 61, 3840, 3841, 20_000, 1_000_000])('the shards of %d cases are all of them, once', (cases) => {
  let next = 0;
  let sum = 0;
  for (const shard of shardsOf({ seed: 1, slots: ALL_SLOTS, cases })) {
    expect(shard.first).toBe(next);
    next += Math.ceil(shard.cases / CASES_PER_WORLD);
    sum += shard.cases;
  }
  expect(sum).toBe(cases);
});

test('a thousand cases come from at least 16 different worlds', () => {
  expect(1000 / CASES_PER_WORLD).toBeGreaterThanOrEqual(16);
  const worlds = new Set(Array.from({ length: cases(1500, 5000) }, (_, number) => fingerprint(1, number)));
  expect(worlds.size).toBe(cases(1500, 5000));
});

test('a short campaign reaches every outcome, every disposition and every profile', () => {
  for (const seed of some(1, [1, 2, 3])) {
    const { verdicts, slots } = runSequential({ seed, slots: ALL_SLOTS, cases: 60_000 });
    expect(missedOf(verdicts)).toEqual({ outcomes: [], dispositions: [] });
    expect(slots.every((cases) => cases > 2000)).toBe(true);
    // Allowed through a token, and each way of losing it, are no rarities.
    const used = verdicts.filter((_, byte) => byte >> DISPOSITION_SHIFT === 1 && (byte & OUTCOME_MASK) === 0);
    expect(used.reduce((sum, cases) => sum + cases, 0)).toBeGreaterThan(2000);
  }
});

describe('worlds and requests have corners', () => {
  const generated = Array.from({ length: 3000 }, (_, number) => generateWorld(1, number));
  const tokens = generated.flatMap(({ world }) => world.tokens);
  const bitCount = (mask: bigint) => mask.toString(2).replaceAll('0', '').length;
  const levelsOf = ({ userns }: World) => {
    const levels: number[] = [];
    for (const [id, { parent }] of userns.entries()) levels.push(id === 0 ? 0 : (levels[parent] as number) + 1);
    return levels;
  };

  test('namespaces down to level 33 and no further, with tasks and tokens there', () => {
    const deepest = generated.map(({ world }) => Math.max(...levelsOf(world)));
    expect(Math.max(...deepest)).toBe(33);
    expect(deepest.filter((level) => level === 33).length).toBeGreaterThan(100);
    const atBottom = generated.filter(({ world }) => world.tokens.some(({ userns }) => levelsOf(world)[userns] === 33));
    expect(atBottom.length).toBeGreaterThan(20);
  });

  test.each(MASK_NAMES)('%s: none, all, one bit, all but one', (mask) => {
    const counts = tokens.map(({ allowed }) => bitCount(allowed[mask]));
    for (const wanted of [0, 1, 63, 64]) expect(counts.filter((n) => n === wanted).length).toBeGreaterThan(100);
    expect(tokens.every(({ allowed }) => allowed[mask] >= 0n && allowed[mask] <= MASK_ANY)).toBe(true);
  });

  test('ids and numbers just past the end', () => {
    const outOfRange = { task: 0, token: 0, cmd: 0, mapType: 0, progType: 0, attachType: 0 };
    for (const { world, requests } of generated) {
      const { count } = world.profile.vocabulary;
      for (const { task, token, cmd, type, attachType } of requests) {
        if (task === world.tasks.length) outOfRange.task += 1;
        if (token === world.tokens.length && token !== NO_TOKEN) outOfRange.token += 1;
        if (cmd === count.cmds) outOfRange.cmd += 1;
        if (cmd === 0 && type === count.map_types) outOfRange.mapType += 1;
        if (cmd === 5 && type === count.prog_types) outOfRange.progType += 1;
        if (cmd === 5 && attachType === count.attach_types) outOfRange.attachType += 1;
      }
    }
    expect(Object.entries(outOfRange).filter(([, times]) => times < 20)).toEqual([]);
  });

  test('runs of the same task and token, long ones among them', () => {
    let longest = 0;
    for (const { requests } of generated) {
      let run = 0;
      for (const [i, { task, token }] of requests.entries()) {
        run = i > 0 && task === requests[i - 1]?.task && token === requests[i - 1]?.token ? run + 1 : 1;
        longest = Math.max(longest, run);
      }
    }
    expect(longest).toBe(CASES_PER_WORLD);
  });
});

test.each([
  ['500ms', 500],
  ['60s', 60_000],
  ['2m', 120_000],
  ['1.5h', 5_400_000],
  ['0s', undefined],
  ['60', undefined],
  ['-1s', undefined],
  ['soon', undefined],
])('a duration of %s', (text, ms) => {
  expect(duration.parse(text)).toEqual(ms === undefined ? { given: text } : { value: ms });
});

test('a request of a world with the most tokens had a token id that no request can have, which the campaign took for a finding', () => {
  const world = randomWorld(new RandomSource(1));
  const largest = { ...world, tokens: Array.from({ length: MAX_IDS }, () => world.tokens[0]) } as World;
  const random = new RandomSource(2);
  const tokens = Array.from({ length: 20_000 }, () => randomRequest(largest, random).token);
  expect(tokens.filter((token) => token > NO_TOKEN)).toEqual([]);
  expect(new Set(tokens.filter((token) => token >= MAX_IDS - 1))).toEqual(new Set([MAX_IDS - 1, NO_TOKEN]));
});
