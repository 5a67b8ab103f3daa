import { deepStrictEqual } from 'node:assert/strict';
import { describe, expect, it } from 'vitest';
import { Fault } from '../../src/abi/verdict.js';
import { InvalidArgumentError } from '../../src/errors.js';
import { attachTypeFits, fixupAttachType } from '../../src/kernel/attach_types.js';
import { NO_TOKEN } from '../../src/kernel/world.js';
import { generateRequests } from '../../src/workload/generate_requests.js';
import { Random } from '../../src/workload/random.js';
import { type ReadRow, rowsOf, smallWorld } from '../tables/small_world.js';

const world = smallWorld();
const { vocabulary } = world.profile;
const ROWS = 50_000;
const generated = rowsOf(generateRequests(world, 11, ROWS));
const share = (test: (row: ReadRow) => boolean, among = generated): number => among.filter(test).length / among.length;

describe('generateRequests', () => {
  it('repeats itself, whatever the size of the chunks', () => {
    for (const chunkRows of [1000, 16_384, 33_333, ROWS]) {
      // Where expect() would take most of the test's time.
      deepStrictEqual(rowsOf(generateRequests(world, 11, ROWS, { chunkRows })), generated);
    }
    expect(rowsOf(generateRequests(world, 11, 100))).toEqual(generated.slice(0, 100));
  });

  it('starts at any block, which is drawn for itself', () => {
    expect(rowsOf(generateRequests(world, 11, ROWS, { from: 16_384 }))).toEqual(generated.slice(16_384));
    expect(rowsOf(generateRequests(world, 11, 40_000, { from: 32_768, chunkRows: 999 }))).toEqual(
      generated.slice(32_768, 40_000),
    );
    expect([...generateRequests(world, 11, ROWS, { from: 65_536 })]).toEqual([]);
    expect([...generateRequests(world, 11, ROWS, { from: 32_768 })][0]?.firstRow).toBe(32_768);
  });

  it('draws something else from another seed', () => {
    for (const seed of [0, 12, 11 + 2 ** 32, Number.MAX_SAFE_INTEGER]) {
      expect(rowsOf(generateRequests(world, seed, 100))).not.toEqual(generated.slice(0, 100));
    }
  });

  it('does not repeat a block of rows', () => {
    expect(generated.slice(16_384, 16_484)).not.toEqual(generated.slice(0, 100));
  });

  it('draws what it says it draws', () => {
    const cmd = (name: string): number => vocabulary.require('cmds', name);
    expect(share((row) => row.cmd === cmd('map_create'))).toBeCloseTo(0.25, 1);
    expect(share((row) => row.cmd === cmd('prog_load'))).toBeCloseTo(0.5, 1);
    expect(share((row) => row.cmd === cmd('btf_load'))).toBeCloseTo(0.125, 1);
    expect(share((row) => row.cmd === cmd('token_create'))).toBe(0);
    expect(new Set(generated.map((row) => row.cmd)).size).toBe(vocabulary.count.cmds - 1);
    expect(share((row) => row.token === NO_TOKEN)).toBeCloseTo(0.1, 1);
    expect(new Set(generated.map((row) => row.task)).size).toBe(world.tasks.length);
    const inBox = generated.filter((row) => world.tasks[row.task]?.userns === 1);
    expect(share((row) => world.tokens[row.token]?.userns === 1, inBox)).toBeCloseTo(0.72 + (0.18 * 2) / 3, 1);
    const faults = generated.filter((row) => row.pre !== Fault.NONE);
    expect(faults.length / ROWS).toBeCloseTo(0.01, 2);
    expect(new Set(faults.map((row) => row.pre))).toEqual(new Set([1, 2, 3, 4, 5, 6]));
    const loads = generated.filter((row) => row.cmd === cmd('prog_load'));
    const fits = ({ type, attachType }: ReadRow): boolean =>
      attachTypeFits(vocabulary, type, fixupAttachType(vocabulary, type, attachType));
    expect(share(fits, loads)).toBeGreaterThan(0.5);
    expect(share((row) => row.insnCnt >= 1 && row.insnCnt <= 4096, loads)).toBeGreaterThan(0.97);
    expect(Math.max(...loads.map((row) => row.insnCnt))).toBeGreaterThan(1_000_000);
    expect(share((row) => row.insnCnt === 0, loads)).toBeGreaterThan(0);
    const others = generated.filter((row) => row.cmd !== cmd('prog_load'));
    expect(share((row) => row.insnCnt === 1, others)).toBe(1);
  });

  it('gives no tokens in a world without tokens, and no rows where none are asked', () => {
    const rows = rowsOf(generateRequests({ ...world, tokens: [] }, 1, 1000));
    expect(rows.every(({ token }) => token === NO_TOKEN)).toBe(true);
    expect([...generateRequests(world, 1, 0)]).toEqual([]);
  });

  it('refuses what it cannot draw', () => {
    const draw = (...of: Parameters<typeof generateRequests>) => [...generateRequests(...of)];
    expect(() => draw({ ...world, tasks: [] }, 1, 1)).toThrow(InvalidArgumentError);
    for (const bad of [-1, 1.5, Number.NaN, 2 ** 53]) {
      expect(() => draw(world, bad, 1)).toThrow(InvalidArgumentError);
      expect(() => draw(world, 1, bad)).toThrow(InvalidArgumentError);
    }
    expect(() => draw(world, 1, 1, { chunkRows: 0 })).toThrow(InvalidArgumentError);
    for (const from of [-16_384, 100, 16_384.5])
      expect(() => draw(world, 1, 1, { from })).toThrow(InvalidArgumentError);
  });
});

describe('Random', () => {
  it('gives the numbers that another implementation of xoshiro128** gives', () => {
    const random = new Random();
    const draw = (count: number): number[] => Array.from({ length: count }, () => random.next());
    random.reseed(42);
    expect(draw(5)).toEqual([4122066215, 3710346122, 3687949043, 501239328, 2237213217]);
    random.reseed(2 ** 53 - 1, 7);
    expect(draw(3)).toEqual([3481690972, 4131195864, 2011522308]);
    random.reseed(42);
    expect(draw(1)).toEqual([4122066215]);
  });

  it('draws below a bound evenly', () => {
    const random = new Random();
    random.reseed(1);
    const counts = new Array<number>(10).fill(0);
    for (let i = 0; i < 100_000; i++) {
      const drawnNumber = random.below(10);
      counts[drawnNumber] = (counts[drawnNumber] as number) + 1;
    }
    for (const count of counts) expect(count / 10_000).toBeCloseTo(1, 1);
  });
});
