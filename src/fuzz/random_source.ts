import { Random } from '../workload/random.js';

const word = new DataView(new ArrayBuffer(8));

/** Random choices, the same on every machine for the same seed and stream. */
export class RandomSource extends Random {
  constructor(seed = 0, stream = 0) {
    super();
    this.reseed(seed, stream);
  }

  chance(percent: number): boolean {
    return this.below(100) < percent;
  }

  pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)] as T;
  }

  /** 64 fair bits. */
  bits(): bigint {
    // Composing BigInts by shifts takes several times as long.
    word.setUint32(0, this.next());
    word.setUint32(4, this.next());
    return word.getBigUint64(0);
  }
}
