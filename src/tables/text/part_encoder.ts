import type { OutputPart, PartEncoder } from '../output_table.js';
import type { RequestChunk } from '../request_table.js';
import { ByteBuffer } from './byte_buffer.js';
import { csvField, jsonString, WRITTEN_COLUMNS } from './request_text.js';
import type { RowFragments } from './row_fragments.js';
import { TEXT_BUFFER_ROWS, TextBuffer } from './text_buffer.js';

/** Makes text of rows, in any thread. */
export class TextPartEncoder implements PartEncoder {
  readonly #fragments: RowFragments;
  readonly #buffer: TextBuffer;
  readonly #line = new ByteBuffer();
  #rows = 0;

  constructor(memory: WebAssembly.Memory, fragments: RowFragments) {
    this.#fragments = fragments;
    this.#buffer = new TextBuffer(memory, fragments);
  }

  add(chunk: RequestChunk, verdicts?: Uint8Array): void {
    // Rows with a problem are written one by one, and so are those of an id without a name.
    const single = [...chunk.bad.keys()].sort((a, b) => a - b);
    for (let from = 0; from < chunk.rows; from += TEXT_BUFFER_ROWS) {
      this.#addSome(chunk, verdicts, from, Math.min(from + TEXT_BUFFER_ROWS, chunk.rows), single);
    }
    this.#rows += chunk.rows;
  }

  take(): OutputPart[] {
    const rows = this.#rows;
    this.#rows = 0;
    return rows === 0 ? [] : [{ rows, bytes: this.#buffer.take() }];
  }

  #addSome(
    chunk: RequestChunk,
    verdicts: Uint8Array | undefined,
    from: number,
    to: number,
    single: readonly number[],
  ): void {
    const { columns, lines, firstRow } = chunk;
    const cut = <Column extends { subarray(from: number, to: number): Column }>(column: Column): Column =>
      column.subarray(from, to);
    this.#buffer.load({
      columns: {
        task: cut(columns.task),
        token: cut(columns.token),
        cmd: cut(columns.cmd),
        type: cut(columns.type),
        attachType: cut(columns.attachType),
        insnCnt: cut(columns.insnCnt),
        pre: cut(columns.pre),
      },
      verdicts: verdicts && cut(verdicts),
      lines: lines && cut(lines),
    });
    let next = single.findIndex((row) => row >= from);
    for (let row = from; row < to; ) {
      while (next >= 0 && next < single.length && (single[next] as number) < row) next += 1;
      const stop = Math.min(to, single[next] ?? to);
      row += this.#buffer.write(row - from, stop - from, firstRow + row + 1);
      if (row === to) break;
      this.#buffer.append(this.#row(chunk, row, verdicts?.[row] ?? 0));
      row += 1;
    }
  }

  /** The line of one row. */
  #row({ columns, lines, bad, firstRow }: RequestChunk, row: number, verdict: number): Uint8Array {
    const { text, hasVerdicts, starts, heads, tails, longest } = this.#fragments;
    const out = this.#line;
    out.reserve(longest);
    out.fragment(starts, 0);
    if (hasVerdicts) out.decimal(firstRow + row + 1);
    if (lines) {
      out.fragment(starts, 1);
      out.decimal(lines[row] as number);
    }
    out.fragment(heads, lines ? 0 : 1);
    const cells = bad.get(row);
    if (cells) {
      out.text(this.#asWritten(cells));
      out.reserve(tails.longest);
    } else {
      text.write(columns, row, out);
    }
    out.fragment(tails, verdict);
    return out.take();
  }

  /** The request part of a row with a problem. */
  #asWritten(cells: readonly string[]): string {
    if (this.#fragments.format === 'csv')
      return WRITTEN_COLUMNS.map((_, column) => csvField(cells[column] ?? '')).join(',');
    const members = WRITTEN_COLUMNS.flatMap((name, column) =>
      cells[column] ? [`"${name}":${jsonString(cells[column])}`] : [],
    );
    // Where nothing could be read there is still a member between the commas.
    return members.length > 0 ? members.join(',') : '"task":null';
  }
}
