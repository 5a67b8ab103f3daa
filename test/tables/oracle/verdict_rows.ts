import { DISPOSITION_SHIFT, Outcome } from '../../../src/abi/verdict.js';
import { decodeVerdict, dispositionName, outcomeName, verdictWord } from '../../../src/kernel/verdict.js';
import type { WorldNames } from '../../../src/kernel/world.js';
import type { RequestChunk, RequestFormat } from '../../../src/tables/request_table.js';
import { ByteBuffer, Fragments, MAX_DIGITS } from '../../../src/tables/text/byte_buffer.js';
import { csvField, jsonString, RequestText, WRITTEN_COLUMNS } from '../../../src/tables/text/request_text.js';
import { OUTPUT_COLUMNS } from '../../../src/tables/text/row_fragments.js';

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
export class VerdictRowsByRow {
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

  constructor(world: WorldNames, format: RequestFormat) {
    const isCsv = format === 'csv';
    this.#isCsv = isCsv;
    this.#text = new RequestText(world, format);
    this.#starts = new Fragments(isCsv ? ['', ','] : ['{"row":', ',"line":']);
    this.#heads = new Fragments(isCsv ? [',', ',,'] : [',', ',']);
    this.#tails = new Fragments(BYTES.map(isCsv ? csvTail : jsonTail));
    this.header = isCsv ? `${OUTPUT_COLUMNS.join(',')}\n` : '';
  }

  /** The lines of a chunk, in UTF-8. */
  rows({ columns, lines, bad, firstRow }: RequestChunk, verdicts: Uint8Array): Uint8Array {
    const out = this.#out;
    const room = this.#text.longest + 2 * this.#starts.longest + this.#tails.longest + 2 * MAX_DIGITS + 2;
    for (let row = 0; row < verdicts.length; row++) {
      out.reserve(room);
      out.fragment(this.#starts, 0);
      out.decimal(firstRow + row + 1);
      if (lines) {
        out.fragment(this.#starts, 1);
        out.decimal(lines[row] as number);
      }
      out.fragment(this.#heads, lines ? 0 : 1);
      const cells = bad.size > 0 ? bad.get(row) : undefined;
      if (cells) {
        out.text(this.#asWritten(cells));
        out.reserve(this.#tails.longest);
      } else {
        this.#text.write(columns, row, out);
      }
      out.fragment(this.#tails, verdicts[row] as number);
    }
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
