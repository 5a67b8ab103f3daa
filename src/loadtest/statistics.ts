/** Where samples lie. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** Buckets for each doubling of a time, and doublings from a nanosecond on: up to an hour. */
const PER_OCTAVE = 64;
const OCTAVES = 42;

/** Times that so many of all do not exceed, in microseconds. */
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

/** Times counted in buckets, however many they are: what is read from it is at most 1.1% too long. */
export class TimeHistogram {
  readonly #counts: Float64Array;

  /** Empty, or of the counts another one has. */
  constructor(counts: Float64Array = new Float64Array(PER_OCTAVE * OCTAVES)) {
    this.#counts = counts;
  }

  /** Plain data, which passes between threads. */
  get counts(): Float64Array {
    return this.#counts;
  }

  /** How many times were added. */
  get total(): number {
    return this.#counts.reduce((sum, count) => sum + count, 0);
  }

  /** Adds a time in milliseconds. */
  add(ms: number): void {
    const bucket = Math.floor(Math.log2(Math.max(1, ms * 1e6)) * PER_OCTAVE);
    const last = this.#counts.length - 1;
    const at = Math.min(bucket, last);
    this.#counts[at] = (this.#counts[at] as number) + 1;
  }

  /** Adds what another one counted. */
  addAll(counts: Float64Array): void {
    counts.forEach((count, bucket) => {
      this.#counts[bucket] = (this.#counts[bucket] as number) + count;
    });
  }

  /** Of at least one time. */
  quantiles(): Quantiles {
    const total = this.total;
    return {
      p50: this.#at(0.5 * total),
      p99: this.#at(0.99 * total),
      p999: this.#at(0.999 * total),
      max: this.#at(total),
    };
  }

  /** The upper end of the bucket that holds the time of that rank, from 1 on, in microseconds. */
  #at(rank: number): number {
    let bucket = 0;
    let seen = this.#counts[0] as number;
    while (seen < rank) {
      bucket += 1;
      seen += this.#counts[bucket] as number;
    }
    return 2 ** ((bucket + 1) / PER_OCTAVE) / 1000;
  }
}

/** Eight hexadecimal digits that tell counts from others: FNV-1a of them as text. */
export function checksumOf(counts: Float64Array): string {
  let hash = 0x811c_9dc5;
  for (const character of counts.join(' ')) hash = Math.imul(hash ^ character.charCodeAt(0), 0x0100_0193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}
