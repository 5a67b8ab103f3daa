import type { WorldNames } from '../../kernel/world.js';
import { type BadCells, CellParts } from '../columnar/cell_parts.js';
import { EncodeBuffer, type EncodedRows } from '../columnar/encode_buffer.js';
import type { OutputColumn } from '../columnar/output_columns.js';
import type { OutputPart, PartEncoder } from '../output_table.js';
import type { RequestChunk } from '../request_table.js';

/** Makes bodies of record batches, in any thread: the names that rows with a problem add are not in them yet. */
export class ArrowPartEncoder implements PartEncoder {
  readonly #buffer: EncodeBuffer;
  readonly #parts: CellParts<OutputPart>;

  constructor(memory: WebAssembly.Memory, world: WorldNames, columns: readonly OutputColumn[], capacity: number) {
    this.#buffer = new EncodeBuffer(memory, world, columns, capacity);
    this.#parts = new CellParts(this.#buffer, (rows, bad) => this.#part(rows, bad));
  }

  add(chunk: RequestChunk, verdicts?: Uint8Array): void {
    this.#parts.add(chunk, verdicts);
  }

  take(): OutputPart[] {
    return this.#parts.take();
  }

  #part({ rows, columns, start, end }: EncodedRows, bad: BadCells): OutputPart {
    const batch = {
      columns: columns.map(({ bytes, data, valid, empty }) => ({
        valid: valid === undefined ? undefined : { offset: valid - start, length: Math.ceil(rows / 8) },
        data: { offset: data - start, length: rows * bytes },
        empty,
      })),
      bad,
    };
    return { rows, bytes: this.#buffer.memory.bytes(start, end - start), batch };
  }
}
