import { createMemory } from '../../engine/wasm.js';

/** Pieces of work that are begun for each worker before those that come before them are finished. */
export const AHEAD = 2;
/** Parts that are written at a time, or wait for that. */
const WRITTEN = 2;

/** Memories for the parts of an output that a number of workers make. */
export function buffersFor(workers: number): number {
  return workers > 1 ? AHEAD * workers + WRITTEN : WRITTEN;
}

/** Memories that all threads see, each lent for one piece of work until what it made there is not needed any more. */
export class LentMemories {
  readonly all: readonly WebAssembly.Memory[];
  readonly #free: number[];
  readonly #waiting: ((memory: number) => void)[] = [];

  constructor(count: number) {
    this.all = Array.from({ length: count }, () => createMemory(true));
    this.#free = this.all.map((_, memory) => memory);
  }

  /** The number of a free one; undefined where all are lent. */
  take(): number | undefined {
    return this.#free.pop();
  }

  /** The same once one is free. */
  async wait(): Promise<number> {
    return this.take() ?? new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Gives one back. */
  release(memory: number): void {
    const next = this.#waiting.shift();
    if (next) next(memory);
    else this.#free.push(memory);
  }
}
