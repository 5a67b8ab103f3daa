/**
 * xoshiro128** 1.1 (Blackman and Vigna, 2018): 128 bits of state, period 2^128 - 1. Small and fast, and the same
 * numbers everywhere; not for secrets.
 */
export class Random {
  #s0 = 0;
  #s1 = 0;
  #s2 = 0;
  #s3 = 0;

  /** Starts over from a seed (0 to 2^53 - 1) and the number of a stream (0 to 2^32 - 1): streams of one seed differ. */
  reseed(seed: number, stream = 0): void {
    // SplitMix32 spreads the three words over the state, which must not be all zero: it never is, as four outputs of
    // consecutive counters are four different numbers.
    let counter = mix(mix(seed >>> 0) ^ Math.floor(seed / 2 ** 32)) ^ mix(stream + 0x9e37_79b9);
    const next = (): number => {
      counter = (counter + 0x9e37_79b9) | 0;
      return mix(counter);
    };
    this.#s0 = next();
    this.#s1 = next();
    this.#s2 = next();
    this.#s3 = next();
  }

  /** The next 32 bits, as a number from 0 to 2^32 - 1. */
  next(): number {
    const product = Math.imul(this.#s1, 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9);
    const shifted = this.#s1 << 9;
    this.#s2 ^= this.#s0;
    this.#s3 ^= this.#s1;
    this.#s1 ^= this.#s2;
    this.#s0 ^= this.#s3;
    this.#s2 ^= shifted;
    this.#s3 = (this.#s3 << 11) | (this.#s3 >>> 21);
    return result >>> 0;
  }

  /** A whole number from 0 to `bound` - 1. For bounds up to 2^21 none is likelier than another by more than 2^-11. */
  below(bound: number): number {
    return Math.floor((this.next() * bound) / 2 ** 32);
  }
}

/** The mixing step of SplitMix32 (MurmurHash3's finaliser): a bijection of 32-bit numbers. */
function mix(word: number): number {
  let mixed = word | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85eb_ca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2_ae35);
  return (mixed ^ (mixed >>> 16)) | 0;
}
