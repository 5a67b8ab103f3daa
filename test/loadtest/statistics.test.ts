import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { checksumOf, createTimeHistogram, quantilesOf, recordTime, spreadOf } from '../../src/loadtest/statistics.js';

test('medians and extremes', () => {
  expect(spreadOf([5])).toEqual({ median: 5, min: 5, max: 5 });
  expect(spreadOf([10, 9, 1, 100])).toEqual({ median: 9.5, min: 1, max: 100 });
});

test('quantiles of merged times, each at most 0.1% too long', () => {
  const times = createTimeHistogram();
  for (let us = 1; us <= 10_000; us++) recordTime(times, us / 1000);
  const rest = createTimeHistogram();
  for (let i = 0; i < 4; i++) recordTime(rest, 1500);
  times.add(rest);
  expect(times.count).toBe(10_004);
  const { p50, p99, p999, max } = quantilesOf(times);
  for (const [found, exact] of [
    [p50, 5002],
    [p99, 9904],
    [p999, 9994],
    [max, 1_500_000],
  ] as const) {
    expect(found / exact).toBeGreaterThanOrEqual(1);
    expect(found / exact).toBeLessThan(1.001);
  }
});

test('times pass between threads', async () => {
  const times = createTimeHistogram();
  recordTime(times, 2);
  const { port1, port2 } = new MessageChannel();
  port1.postMessage(times);
  const merged = createTimeHistogram();
  merged.add(receiveMessageOnPort(port2)?.message);
  port1.close();
  expect(quantilesOf(merged)).toEqual(quantilesOf(times));
});

test('times of any length are counted', () => {
  const times = createTimeHistogram();
  for (const ms of [0, 1e-9, 1e9]) recordTime(times, ms);
  expect([times.count, times.exceeds]).toEqual([3, 0]);
  const { p50, max } = quantilesOf(times);
  expect(p50).toBe(0.001);
  expect(max / 3.6e9).toBeCloseTo(1, 2);
});

test('a checksum tells counts apart, whose order matters', () => {
  expect(checksumOf(Float64Array.of(1, 2))).toMatch(/^[0-9a-f]{8}$/);
  const different = [[1, 2], [2, 1], [12], [1, 2, 0]].map((counts) => checksumOf(Float64Array.from(counts)));
  expect(new Set(different).size).toBe(4);
  expect(checksumOf(Float64Array.of(1, 2))).toBe(different[0]);
});
