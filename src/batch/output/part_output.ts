import type { WorldNames } from '../../kernel/world.js';
import { type OpenOutput, openOutput } from '../../tables/open_output.js';
import type { OutputPart, OutputTable, PartEncoder, TableWriter } from '../../tables/output_table.js';
import { LentEncoders } from '../splits/lent_encoders.js';
import { buffersFor, LentMemories } from '../splits/lent_memories.js';
import type { OpenSink } from './open_sink.js';

/** Parts of an output table, and the buffer in which they were made. */
export interface LentParts {
  readonly parts: readonly OutputPart[];
  readonly buffer: number;
}

/** A table on its way to a sink: parts are made in its buffers, by any thread, and are put in order here. */
export class PartOutput {
  readonly table: OutputTable;
  readonly buffers: LentMemories;
  readonly #sink: OpenSink;
  readonly #writer: TableWriter;
  readonly #encoders: LentEncoders;

  private constructor(table: OutputTable, { makeEncoder, makeWriter }: OpenOutput, sink: OpenSink, workers: number) {
    this.table = table;
    this.buffers = new LentMemories(buffersFor(workers));
    this.#sink = sink;
    this.#writer = makeWriter();
    this.#encoders = new LentEncoders(this.buffers.all, makeEncoder);
  }

  /** With buffers for a number of workers, 1 where this thread works alone. Rejects as openOutput() does. */
  static async open(world: WorldNames, table: OutputTable, sink: OpenSink, workers: number): Promise<PartOutput> {
    return new PartOutput(table, await openOutput(world, table), sink, workers);
  }

  /** How many rows a part should have. */
  get partRows(): number {
    return this.#writer.partRows;
  }

  /** Writes what comes first. Answers false where the output is not read any more, as the other methods do. */
  begin(): Promise<boolean> {
    return this.#sink.write(this.#writer.header);
  }

  /** Writes the next parts, and gives their buffer back. */
  async write({ parts, buffer }: LentParts): Promise<boolean> {
    const pieces = parts.flatMap((part) => this.#writer.part(part));
    const last = pieces.length - 1;
    const release = (): void => this.buffers.release(buffer);
    if (last < 0) release();
    for (const [i, piece] of pieces.entries()) {
      if (!(await this.#sink.write(piece, i === last ? release : undefined))) return false;
    }
    return true;
  }

  /** Writes what comes last. */
  async end(): Promise<boolean> {
    const footer = this.#writer.footer?.();
    return footer ? this.#sink.write(footer) : true;
  }

  /** What makes parts in a buffer, in this thread. */
  encoder(buffer: number): PartEncoder {
    return this.#encoders.of(buffer);
  }
}
