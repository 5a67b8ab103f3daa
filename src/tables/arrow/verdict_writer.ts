import type { WorldNames } from '../../kernel/world.js';
import { type AddedNames, type OutputPart, VerdictCells } from '../columnar/verdict_columns.js';
import { concatBytes } from '../concat_bytes.js';
import type { RequestChunk } from '../request_table.js';
import { ArrowEncoder } from './encoder.js';

/** Writes chunks and their verdicts as a table in Arrow IPC: what they add to the dictionaries comes before the rows. */
export class ArrowVerdictWriter {
  /** Schema and dictionaries. */
  readonly header: Uint8Array;
  readonly #encoder: ArrowEncoder;
  readonly #cells: VerdictCells;

  constructor(world: WorldNames, isFile: boolean, added: AddedNames) {
    this.#cells = new VerdictCells(world, added);
    this.#encoder = new ArrowEncoder(this.#cells.columns, isFile);
    const start = this.#encoder.start();
    this.header = concatBytes([start, ...this.#newNames()]);
  }

  /** A chunk, as one record batch after the names it adds. */
  rows(chunk: RequestChunk, verdicts: Uint8Array): Uint8Array {
    return this.part(this.#cells.partOf(chunk, verdicts));
  }

  /** The same of a part. */
  part(part: OutputPart): Uint8Array {
    if (part.rows === 0) return new Uint8Array();
    const cells = this.#cells.of(part);
    const added = this.#newNames();
    return concatBytes([...added, this.#encoder.rows(part.rows, cells)]);
  }

  /** What comes after the last row. */
  footer(): Uint8Array {
    return this.#encoder.end();
  }

  #newNames(): Uint8Array[] {
    return this.#cells.names.flatMap((names, column) => {
      const list = names?.take() ?? [];
      return list.length > 0 ? [this.#encoder.names(column, list)] : [];
    });
  }
}
