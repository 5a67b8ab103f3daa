import type { RequestChunk } from '../tables/request_table.js';

/** Puts chunks together for parts of an output: as many as have at most a number of rows, and one at least. */
export class ChunkGroups {
  readonly #most: number;
  #chunks: RequestChunk[] = [];
  #rows = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** Takes the next chunk. Answers the groups that it ends. */
  add(chunk: RequestChunk): (readonly RequestChunk[])[] {
    const ended = this.#rows + chunk.rows > this.#most ? this.end() : [];
    this.#chunks.push(chunk);
    this.#rows += chunk.rows;
    return this.#rows >= this.#most ? [...ended, ...this.end()] : ended;
  }

  /** Ends the group that was begun, where there is one. */
  end(): (readonly RequestChunk[])[] {
    const group = this.#chunks;
    this.#chunks = [];
    this.#rows = 0;
    return group.length > 0 ? [group] : [];
  }
}
