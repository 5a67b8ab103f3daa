import { createMemory } from '../../engine/wasm.js';

/** Memories that all threads see, each lent for one piece of work until what it made there is not needed any more. */
export class LentMemories {
  readonly all: readonly WebAssembly.Memory[];
  readonly #free: number[];
  readonly #waiting: ((memory: number) => void)[] = [];

  constructor(count: number) {
    this.all = Array.from({ length: count }, () => createMemory(true));
    this.#free = this.all.map((_, memory) => memory);
  }

  /** The number of one that is free; undefined where there is none. */
  take(): number | undefined {
    return this.#free.pop();
  }

  /** The same once there is one. */
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
