import type { WorldNames } from '../../kernel/world.js';
import { openPartEncoders, openTableWriter } from '../../tables/open_output.js';
import type { OutputPart, OutputTable, PartEncoder, TableWriter } from '../../tables/output_table.js';
import { LentMemories } from '../splits/lent_memories.js';
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
  readonly #world: WorldNames;
  readonly #sink: OpenSink;
  readonly #writer: TableWriter;
  #makeEncoder: ((memory: WebAssembly.Memory) => PartEncoder) | undefined;
  readonly #encoders = new Map<number, PartEncoder>();

  private constructor(world: WorldNames, table: OutputTable, sink: OpenSink, writer: TableWriter, buffers: number) {
    this.table = table;
    this.buffers = new LentMemories(buffers);
    this.#world = world;
    this.#sink = sink;
    this.#writer = writer;
  }

  /** `buffers` parts can be made and written at the same time. */
  static async open(world: WorldNames, table: OutputTable, sink: OpenSink, buffers: number): Promise<PartOutput> {
    return new PartOutput(world, table, sink, await openTableWriter(world, table), buffers);
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
  async encoder(buffer: number): Promise<PartEncoder> {
    this.#makeEncoder ??= await openPartEncoders(this.#world, this.table);
    const known = this.#encoders.get(buffer);
    const encoder = known ?? this.#makeEncoder(this.buffers.all[buffer] as WebAssembly.Memory);
    if (!known) this.#encoders.set(buffer, encoder);
    return encoder;
  }
}
