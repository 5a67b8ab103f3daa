import { expect, test } from 'vitest';
import { checksumOf, spreadOf, TimeHistogram } from '../../src/loadtest/statistics.js';

test('medians and extremes', () => {
  expect(spreadOf([5])).toEqual({ median: 5, min: 5, max: 5 });
  expect(spreadOf([10, 9, 1, 100])).toEqual({ median: 9.5, min: 1, max: 100 });
});

test('quantiles of times, each at most 1.1% too long', () => {
  const times = new TimeHistogram();
  for (let us = 1; us <= 10_000; us++) times.add(us / 1000);
  const rest = new TimeHistogram();
  for (let i = 0; i < 4; i++) rest.add(1500);
  times.addAll(rest.counts);
  expect(times.total).toBe(10_004);
  const { p50, p99, p999, max } = new TimeHistogram(times.counts).quantiles();
  for (const [found, exact] of [
    [p50, 5002],
    [p99, 9904],
    [p999, 9994],
    [max, 1_500_000],
  ] as const) {
    expect(found / exact).toBeGreaterThanOrEqual(1);
    expect(found / exact).toBeLessThan(1.011);
  }
});

test('times of any length are counted', () => {
  const times = new TimeHistogram();
  for (const ms of [0, 1e-9, 1e9]) times.add(ms);
  expect(times.total).toBe(3);
  expect(times.quantiles().p50).toBeLessThan(0.0011);
});

test('a checksum tells counts apart, whose order matters', () => {
  expect(checksumOf(Float64Array.of(1, 2))).toMatch(/^[0-9a-f]{8}$/);
  const different = [[1, 2], [2, 1], [12], [1, 2, 0]].map((counts) => checksumOf(Float64Array.from(counts)));
  expect(new Set(different).size).toBe(4);
  expect(checksumOf(Float64Array.of(1, 2))).toBe(different[0]);
});
