import { AHEAD, type LentMemories } from './lent_memories.js';

/** Work that workers were given, and the memory that is lent to it, where it makes parts of an output. */
export interface Begun<Work, Result> {
  readonly work: Work;
  readonly buffer: number | undefined;
  readonly result: Promise<Result>;
}

/** How work is done ahead. */
export interface WorkAheadOptions<Work, Result> {
  readonly workers: number;
  /** Where parts of an output are made, where they are: they must be taken in the order of the work. */
  readonly buffers: LentMemories | undefined;
  begin(work: Work, buffer: number | undefined): Promise<Result>;
}

/** Work of a list that is begun before what comes before it is finished, in its order. */
export class WorkAhead<Work, Result> {
  readonly #work: Iterator<Work>;
  readonly #options: WorkAheadOptions<Work, Result>;
  readonly #begun: Begun<Work, Result>[] = [];

  constructor(work: Iterable<Work>, options: WorkAheadOptions<Work, Result>) {
    this.#work = work[Symbol.iterator]();
    this.#options = options;
  }

  /** Begins what may be begun. Answers the first that was not taken; undefined at the end. Throws what the list throws. */
  async first(): Promise<Begun<Work, Result> | undefined> {
    const { workers, buffers, begin } = this.#options;
    while (this.#begun.length < AHEAD * workers) {
      // Without any ahead, one that is being written becomes free.
      const buffer = this.#begun.length === 0 ? await buffers?.wait() : buffers?.take();
      if (buffers && buffer === undefined) break;
      const next = this.#work.next();
      if (next.done) {
        if (buffer !== undefined) buffers?.release(buffer);
        break;
      }
      const result = begin(next.value, buffer);
      // Where earlier work fails, this result is not awaited.
      result.catch(() => undefined);
      this.#begun.push({ work: next.value, buffer, result });
    }
    return this.#begun[0];
  }

  /** Takes the first. */
  shift(): void {
    this.#begun.shift();
  }

  /** Waits for all that was begun and not taken, however it ends. */
  async settle(): Promise<void> {
    await Promise.allSettled(this.#begun.map(({ result }) => result));
  }
}
