import { DISPOSITION_SHIFT, Outcome } from '../../abi/verdict.js';
import { decodeVerdict, dispositionName, outcomeName, verdictWord } from '../../kernel/verdict.js';
import type { WorldNames } from '../../kernel/world.js';
import { concatBytes } from '../concat_bytes.js';
import type { RequestChunk, RequestFormat } from '../request_table.js';
import { ByteBuffer, Fragments, MAX_DIGITS } from './byte_buffer.js';
import { csvField, jsonString, RequestText, WRITTEN_COLUMNS } from './request_text.js';
import { TextBuffer } from './text_buffer.js';

/** The columns of the output, in their order. */
export const OUTPUT_COLUMNS = [
  'row',
  'line',
  ...WRITTEN_COLUMNS,
  'verdict',
  'errno',
  'reason',
  'token_disposition',
] as const;

/** Every verdict byte there could be. Those no evaluator answers end their row without words. */
const BYTES = Array.from({ length: 256 }, (_, byte) => byte);

/**
 * Writes chunks and their verdicts as rows:
 * `row,line`, the request (`task,token,cmd,map_type,prog_type,expected_attach_type,insn_cnt,pre`), then
 * `verdict,errno,reason,token_disposition`.
 *
 * `row` counts from 1; `line` is the file's, empty for generated rows. The request is written as it was understood, in
 * one spelling; a row with a problem as the file has it. `verdict` is allowed, denied, bad (the row could not be read,
 * or names what the world does not have) or undecided (BPF_TOKEN_CREATE). In NDJSON, `token` and `errno` are null where
 * there is none, and members of columns that do not apply are left out.
 */
export class VerdictRows {
  /** The header line; empty for NDJSON. */
  readonly header: string;
  readonly #isCsv: boolean;
  readonly #text: RequestText;
  /** What comes before the row number, and before the line number. */
  readonly #starts: Fragments;
  /** What comes after the line number where there is one, and where there is none. */
  readonly #heads: Fragments;
  /** The end of a row, by verdict byte. */
  readonly #tails: Fragments;
  readonly #out = new ByteBuffer();
  readonly #room: number;
  #buffer: TextBuffer | undefined;

  constructor(world: WorldNames, format: RequestFormat) {
    const isCsv = format === 'csv';
    this.#isCsv = isCsv;
    this.#text = new RequestText(world, format);
    this.#starts = new Fragments(isCsv ? ['', ','] : ['{"row":', ',"line":']);
    this.#heads = new Fragments(isCsv ? [',', ',,'] : [',', ',']);
    this.#tails = new Fragments(BYTES.map(isCsv ? csvTail : jsonTail));
    this.header = isCsv ? `${OUTPUT_COLUMNS.join(',')}\n` : '';
    this.#room = this.#text.longest + 2 * this.#starts.longest + this.#tails.longest + 2 * MAX_DIGITS + 2;
  }

  /** The lines of a chunk, in UTF-8. */
  rows(chunk: RequestChunk, verdicts: Uint8Array): Uint8Array {
    const { columns, lines, bad, firstRow } = chunk;
    const rows = verdicts.length;
    const [starts, heads, tails] = [this.#starts, this.#heads, this.#tails];
    this.#buffer ??= new TextBuffer(this.#text, { starts, heads, tails, longest: this.#room });
    this.#buffer.load({ columns, verdicts, lines });
    const pieces: Uint8Array[] = [];
    // Rows with a problem are written one by one, and so are those of an id without a name.
    const single = [...bad.keys(), rows].sort((a, b) => a - b);
    let next = 0;
    for (let row = 0; row < rows; ) {
      while ((single[next] as number) < row) next += 1;
      const written = this.#buffer.write(row, single[next] as number, firstRow + row + 1);
      pieces.push(written.text.slice());
      row += written.rows;
      if (written.rows > 0 || row >= rows) continue;
      pieces.push(this.#row(chunk, row, verdicts[row] as number));
      row += 1;
    }
    return pieces.length === 1 ? (pieces[0] as Uint8Array) : concatBytes(pieces);
  }

  /** The line of one row. */
  #row({ columns, lines, bad, firstRow }: RequestChunk, row: number, verdict: number): Uint8Array {
    const out = this.#out;
    out.reserve(this.#room);
    out.fragment(this.#starts, 0);
    out.decimal(firstRow + row + 1);
    if (lines) {
      out.fragment(this.#starts, 1);
      out.decimal(lines[row] as number);
    }
    out.fragment(this.#heads, lines ? 0 : 1);
    const cells = bad.get(row);
    if (cells) {
      out.text(this.#asWritten(cells));
      out.reserve(this.#tails.longest);
    } else {
      this.#text.write(columns, row, out);
    }
    out.fragment(this.#tails, verdict);
    return out.take();
  }

  /** The request part of a row with a problem. */
  #asWritten(cells: readonly string[]): string {
    if (this.#isCsv) return WRITTEN_COLUMNS.map((_, column) => csvField(cells[column] ?? '')).join(',');
    const members = WRITTEN_COLUMNS.flatMap((name, column) =>
      cells[column] ? [`"${name}":${jsonString(cells[column])}`] : [],
    );
    // Where nothing could be read there is still a member between the commas.
    return members.length > 0 ? members.join(',') : '"task":null';
  }
}

function csvTail(byte: number): string {
  const { outcome, errno } = decodeVerdict(byte);
  if (Outcome[outcome] === undefined) return '\n';
  return `,${verdictWord(byte)},${errno ?? ''},${outcomeName(outcome)},${dispositionName(byte >> DISPOSITION_SHIFT)}\n`;
}

function jsonTail(byte: number): string {
  const { outcome, disposition, errno } = decodeVerdict(byte);
  if (Outcome[outcome] === undefined) return '}\n';
  const fields = {
    verdict: verdictWord(byte),
    errno,
    reason: outcomeName(outcome),
    token_disposition: dispositionName(disposition),
  };
  return `,${JSON.stringify(fields).slice(1)}\n`;
}
