import { decodeVerdict, dispositionName, isSameAnswer, outcomeName, verdictWord } from '../../kernel/verdict.js';
import type { RequestChunk } from '../../tables/request_table.js';
import { csvField } from '../../tables/text/request_text.js';

const VERDICT = ['verdict', 'errno', 'reason', 'token_disposition'];

/** The header of a table of the rows that other profiles answer otherwise: their place, the verdict here, and there. */
export const DIFFERENCES_HEADER = `${['row', 'line', 'profile', ...VERDICT, ...VERDICT.map((name) => `there_${name}`)].join(',')}\n`;

/** The rows of a chunk that the profiles answer otherwise, as CSV; `others` has the verdicts of each profile. */
export function differencesCsv(
  { firstRow, lines }: Pick<RequestChunk, 'firstRow' | 'lines'>,
  verdicts: Uint8Array,
  profiles: readonly string[],
  others: readonly Uint8Array[],
): string {
  const rows: string[] = [];
  for (const [row, verdict] of verdicts.entries()) {
    others.forEach((other, i) => {
      const there = other[row] as number;
      if (isSameAnswer(verdict, there)) return;
      const at = [String(firstRow + row + 1), String(lines?.[row] ?? ''), profiles[i] as string];
      rows.push(`${[...at, ...cellsOf(verdict), ...cellsOf(there)].map(csvField).join(',')}\n`);
    });
  }
  return rows.join('');
}

function cellsOf(verdict: number): string[] {
  const { errno, outcome, disposition } = decodeVerdict(verdict);
  return [verdictWord(verdict), errno ?? '', outcomeName(outcome), dispositionName(disposition)];
}
