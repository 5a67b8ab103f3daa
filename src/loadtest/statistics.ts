import { createHistogram, type Histogram, type RecordableHistogram } from 'node:perf_hooks';

/** Median and extremes of samples. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** An hour: the longest time that a histogram can hold. */
const MAX_NS = 3_600_000_000_000;

/** Times that 50%, 99%, 99.9% and all of the samples do not exceed, in microseconds. */
export interface Quantiles {
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

/** Median and extremes of at least one sample; the median of an even number is half way between two. */
export function spreadOf(samples: readonly number[]): Spread {
  const sorted = Float64Array.from(samples).sort();
  const middle = (sorted.length - 1) / 2;
  const median = ((sorted[Math.floor(middle)] as number) + (sorted[Math.ceil(middle)] as number)) / 2;
  return { median, min: sorted[0] as number, max: sorted[sorted.length - 1] as number };
}

/**
 * An empty histogram of times in nanoseconds, to 0.1%. It merges with others (add()) and passes between threads; its memory
 * does not depend on the number of times.
 */
export function createTimeHistogram(): RecordableHistogram {
  return createHistogram({ lowest: 1, highest: MAX_NS, figures: 3 });
}

/** Adds a time in milliseconds; one below a nanosecond or above an hour counts as that. */
export function recordTime(times: RecordableHistogram, ms: number): void {
  times.record(Math.min(MAX_NS, Math.max(1, Math.round(ms * 1e6))));
}

/** All of them 0 for an empty histogram. */
export function quantilesOf(times: Histogram): Quantiles {
  const us = (percent: number): number => times.percentile(percent) / 1000;
  return { p50: us(50), p99: us(99), p999: us(99.9), max: us(100) };
}

/** FNV-1a hash of the counts as text: eight hexadecimal digits. */
export function checksumOf(counts: Float64Array): string {
  let hash = 0x811c_9dc5;
  for (const character of counts.join(' ')) hash = Math.imul(hash ^ character.charCodeAt(0), 0x0100_0193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}
