import { describe, expect, it } from 'vitest';
import { interleave, ratioOf } from '../../bench/measure.js';
import { readOptions } from '../../bench/options.js';
import { spreadOf } from '../../bench/statistics.js';

describe('benchmark statistics', () => {
  it('finds median, extremes and quartiles', () => {
    const spread = { median: 3, min: 1, max: 5, lowerQuartile: 2, upperQuartile: 4 };
    expect(spreadOf([5, 1, 4, 2, 3])).toEqual(spread);
    expect(spreadOf([1, 2]).median).toBe(1.5);
    expect(() => spreadOf([])).toThrow(RangeError);
  });

  it('takes turns, and starts each round with another one', () => {
    const turns: string[] = [];
    const of = (name: string, nanoseconds: number) => ({
      name,
      round() {
        turns.push(name);
        return nanoseconds;
      },
    });
    const timings = interleave([of('a', 2), of('b', 8), of('c', 5)], { rounds: 3, repetitions: 1 });
    expect(turns.join('')).toBe('abcbcacab');
    expect(timings.map(({ name, nanoseconds }) => [name, nanoseconds.median])).toEqual([
      ['a', 2],
      ['b', 8],
      ['c', 5],
    ]);
    const [a, b] = timings;
    expect(a && b && ratioOf(a, b).median).toBe(4);
    expect(a?.checksPerSecond).toBe(5e8);
  });

  it('reads its options', () => {
    expect(readOptions(['--json', 'x.json', '--rows', '100000'])).toMatchObject({
      json: 'x.json',
      rows: 100_000,
      seed: 1,
    });
    expect(readOptions(['--help'])).toBeNull();
    expect(() => readOptions(['--rows', '12'])).toThrow(RangeError);
    expect(() => readOptions(['--fast'])).toThrow(TypeError);
  });
});
