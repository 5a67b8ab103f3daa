import { DISPOSITION_SHIFT, Outcome } from '../../abi/verdict.js';
import { decodeVerdict, dispositionName, outcomeName, verdictWord } from '../../kernel/verdict.js';
import type { WorldNames } from '../../kernel/world.js';
import type { RequestFormat } from '../request_table.js';
import { Fragments, MAX_DIGITS } from './byte_buffer.js';
import { RequestText, WRITTEN_COLUMNS } from './request_text.js';

/** The columns of verdict rows, in their order. */
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

/** What the rows of a text table are made of. */
export interface RowFragments {
  /** The header line; empty for NDJSON. */
  readonly header: string;
  readonly format: RequestFormat;
  readonly text: RequestText;
  /** Whether rows have a number, and a verdict. */
  readonly hasVerdicts: boolean;
  /** At the start of a row, before its number; and before the line. */
  readonly starts: Fragments;
  /** After the line, and in place of it. */
  readonly heads: Fragments;
  /** The end of a row, by verdict byte; of a request, the first. */
  readonly tails: Fragments;
  /** Most bytes that a row takes. */
  readonly longest: number;
}

/**
 * Rows of chunks and their verdicts:
 * `row,line`, the request (`task,token,cmd,map_type,prog_type,expected_attach_type,insn_cnt,pre`), then
 * `verdict,errno,reason,token_disposition`.
 *
 * `row` counts from 1; `line` is the file's, empty for generated rows. The request is written as it was understood, in
 * one spelling; a row with a problem as the file has it. `verdict` is allowed, denied, bad (the row could not be read,
 * or names what the world does not have) or undecided (BPF_TOKEN_CREATE). In NDJSON, `token` and `errno` are null where
 * a row has neither, and members of columns that do not apply are left out.
 */
export function verdictFragments(world: WorldNames, format: RequestFormat): RowFragments {
  const isCsv = format === 'csv';
  const text = new RequestText(world, format);
  const starts = new Fragments(isCsv ? ['', ','] : ['{"row":', ',"line":']);
  const heads = new Fragments(isCsv ? [',', ',,'] : [',', ',']);
  const tails = new Fragments(BYTES.map(isCsv ? csvTail : jsonTail));
  const longest = text.longest + 2 * starts.longest + heads.longest + tails.longest + 2 * MAX_DIGITS;
  const header = isCsv ? `${OUTPUT_COLUMNS.join(',')}\n` : '';
  return { header, format, text, hasVerdicts: true, starts, heads, tails, longest };
}

/** Rows of requests alone: reading them gives the same columns. */
export function requestFragments(world: WorldNames, format: RequestFormat): RowFragments {
  const isCsv = format === 'csv';
  const text = new RequestText(world, format);
  const starts = new Fragments(isCsv ? ['', ''] : ['{', '']);
  const heads = new Fragments(['', '']);
  const tails = new Fragments([isCsv ? '\n' : '}\n']);
  const header = isCsv ? `${WRITTEN_COLUMNS.join(',')}\n` : '';
  return { header, format, text, hasVerdicts: false, starts, heads, tails, longest: text.longest + 4 };
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
