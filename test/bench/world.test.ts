import { describe, expect, it } from 'vitest';
import { mixed, requests, runs } from '../../bench/requests.js';
import { benchmarkWorld, DEEPEST_LEVEL, LARGE, levelsOf, SMALL } from '../../bench/world.js';
import { CAP_BPF, CAP_NET_ADMIN, CAP_PERFMON, CAP_SYS_ADMIN } from '../../src/abi/capabilities.js';
import { OUTCOME_MASK, Outcome } from '../../src/abi/verdict.js';
import { rowOf } from '../../src/engine/columns.js';
import { createEvaluator } from '../../src/engine/evaluator.js';
import { Model } from '../../src/kernel/model.js';

const SEED = 1;
const ROWS = 200_000;
const world = benchmarkWorld('linux-6.12', LARGE, SEED);
const columns = requests(world, SEED, ROWS);

function share<T>(items: ArrayLike<T>, has: (item: T) => boolean): number {
  return Array.from(items).filter(has).length / items.length;
}

function checksum(ids: Uint16Array): number {
  return ids.reduce((sum, id) => (Math.imul(sum, 31) + id) | 0, 0);
}

describe('the benchmark world', () => {
  it('has the sizes and the settings it should', () => {
    const small = benchmarkWorld('linux-6.12', SMALL, SEED);
    expect([small.userns.length, small.tasks.length, small.tokens.length]).toEqual([64, 256, 256]);
    expect([world.userns.length, world.tasks.length, world.tokens.length]).toEqual([1024, 4096, 4096]);
    expect(world.profile.name).toBe('linux-6.12');
    expect(world.unprivilegedBpfDisabled).toBe(2);
  });

  it('is the same for the same seed, and for every profile but the profile', () => {
    expect(benchmarkWorld('linux-6.12', SMALL, 7)).toEqual(benchmarkWorld('linux-6.12', SMALL, 7));
    expect(benchmarkWorld('linux-6.12', SMALL, 7)).not.toEqual(benchmarkWorld('linux-6.12', SMALL, 8));
    const { profile, ...rest } = benchmarkWorld('v12', LARGE, SEED);
    expect(profile.name).toBe('v12');
    expect(world).toMatchObject(rest);
  });

  it('nests namespaces to level 8, a quarter and more of them right below the initial one', () => {
    const levels = levelsOf(world.userns);
    expect(Math.max(...levels)).toBe(DEEPEST_LEVEL);
    const below = share(world.userns.slice(1), ({ parent }) => parent === 0);
    expect(below).toBeGreaterThan(0.22);
    expect(below).toBeLessThan(0.3);
    expect(world.userns.every(({ parent }, id) => id === 0 || parent < id)).toBe(true);
    expect(new Set(world.userns.slice(1).map(({ owner }) => owner)).size).toBe(8);
  });

  it('gives tasks capabilities as often as stated', () => {
    const has = (cap: number) => share(world.tasks, ({ effective }) => ((effective >> BigInt(cap)) & 1n) === 1n);
    expect(has(CAP_BPF)).toBeCloseTo(0.8, 1);
    expect(has(CAP_NET_ADMIN)).toBeCloseTo(0.6, 1);
    expect(has(CAP_PERFMON)).toBeCloseTo(0.6, 1);
    expect(has(CAP_SYS_ADMIN)).toBeCloseTo(0.1, 1);
    expect(new Set(world.tasks.map(({ euid }) => euid)).size).toBe(8);
  });

  it('spreads tokens evenly and sets 13 of 16 mask bits', () => {
    const counts = new Array<number>(world.userns.length).fill(0);
    for (const { userns } of world.tokens) counts[userns] = (counts[userns] ?? 0) + 1;
    expect(new Set(counts)).toEqual(new Set([4]));
    const bits = world.tokens.flatMap(({ allowed }) =>
      Object.values(allowed).flatMap((mask: bigint) => [...mask.toString(2).padStart(64, '0')]),
    );
    expect(share(bits, (bit) => bit === '1')).toBeCloseTo(13 / 16, 2);
  });
});

describe('its requests', () => {
  it('are the same for the same seed', () => {
    expect(requests(world, 3, 1000)).toEqual(requests(world, 3, 1000));
    expect(requests(world, 3, 1000)).not.toEqual(requests(world, 4, 1000));
    expect(requests(world, 3, 1000).task).toEqual(requests(world, 3, 2000).task.subarray(0, 1000));
  });

  it('have commands, tokens and types in the stated proportions', () => {
    const { vocabulary } = world.profile;
    const commands = (name: string) => share(columns.cmd, (cmd) => cmd === vocabulary.require('cmds', name));
    expect(commands('map_create')).toBeCloseTo(0.25, 2);
    expect(commands('prog_load')).toBeCloseTo(0.5, 2);
    expect(commands('btf_load')).toBeCloseTo(0.25, 2);
    const own = share(Array.from(columns.task.keys()), (row) => {
      const { task, token } = rowOf(columns, row);
      return world.tasks[task]?.userns === world.tokens[token]?.userns;
    });
    expect(own).toBeCloseTo(0.8, 2);
    expect(new Set(columns.task).size).toBe(world.tasks.length);
    expect(new Set(columns.attachType).size).toBe(vocabulary.count.attach_types);
    expect([columns.insnCnt, columns.pre]).toEqual([undefined, undefined]);
  });

  it('pass the permission checks in about 36%, and are allowed in about 32%', () => {
    const verdicts = new Uint8Array(ROWS);
    createEvaluator(world).decideBatch(columns, verdicts);
    const ends = (outcome: Outcome) => share(verdicts, (verdict) => (verdict & OUTCOME_MASK) === outcome);
    const allowed = ends(Outcome.ALLOWED);
    expect(Math.abs(allowed + ends(Outcome.ATTACH_TYPE_MISMATCH) - 0.36)).toBeLessThan(0.01);
    expect(Math.abs(allowed - 0.32)).toBeLessThan(0.01);
  });

  it('are answered by the evaluator as by the model', () => {
    const evaluator = createEvaluator(world);
    const model = new Model(world);
    for (let row = 0; row < 2000; row++) {
      const request = rowOf(columns, row);
      expect(evaluator.decideRequest(request), `row ${row}`).toBe(model.ask(request));
    }
  });
});

describe('held requests', () => {
  it('hold task and token for a run, and keep the rest', () => {
    const held = runs(columns, 100);
    for (let row = 0; row < 10_000; row++) {
      const first = row - (row % 100);
      expect([held.task[row], held.token[row]]).toEqual([columns.task[first], columns.token[first]]);
    }
    expect(held.type).toBe(columns.type);
    expect(held.task.length).toBe(ROWS);
  });

  it('hold them for bursts of 1 to 64, the first tasks most often', () => {
    const bursts = mixed(columns, world, SEED);
    const again = mixed(columns, world, SEED);
    expect([bursts.task, bursts.token].map(checksum)).toEqual([again.task, again.token].map(checksum));
    let changes = 0;
    for (let row = 1; row < ROWS; row++) {
      if (bursts.task[row] !== bursts.task[row - 1] || bursts.token[row] !== bursts.token[row - 1]) changes += 1;
    }
    expect(ROWS / changes).toBeGreaterThan(30);
    expect(ROWS / changes).toBeLessThan(36);
    const first = share(bursts.task, (task) => task === 0);
    const eighth = share(bursts.task, (task) => task === 7);
    expect(first / eighth).toBeGreaterThan(5);
    expect(first / eighth).toBeLessThan(12);
  });
});
