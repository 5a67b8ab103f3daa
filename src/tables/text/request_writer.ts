import type { FullColumns } from '../../engine/columns.js';
import type { WorldNames } from '../../kernel/world.js';
import type { RequestFormat } from '../request_table.js';
import { ByteBuffer, Fragments } from './byte_buffer.js';
import { RequestText, WRITTEN_COLUMNS } from './request_text.js';

/** Writes columns as a request table in UTF-8: a header, then rows. Reading it gives the same columns. */
export class RequestWriter {
  /** The header line; empty for NDJSON. */
  readonly header: string;
  readonly #text: RequestText;
  readonly #ends: Fragments;
  readonly #out = new ByteBuffer();

  constructor(world: WorldNames, format: RequestFormat) {
    this.#text = new RequestText(world, format);
    this.#ends = new Fragments(format === 'csv' ? ['', '\n'] : ['{', '}\n']);
    this.header = format === 'csv' ? `${WRITTEN_COLUMNS.join(',')}\n` : '';
  }

  /** The lines of all rows. */
  rows(columns: FullColumns): Uint8Array {
    const out = this.#out;
    const room = this.#text.longest + 2 * this.#ends.longest;
    for (let row = 0; row < columns.task.length; row++) {
      out.reserve(room);
      out.fragment(this.#ends, 0);
      this.#text.write(columns, row, out);
      out.fragment(this.#ends, 1);
    }
    return out.take();
  }
}
