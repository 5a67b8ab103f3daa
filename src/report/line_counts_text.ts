import type { LineCounts } from '../dialects/count_lines.js';
import { count } from './format.js';
import type { Style } from './style.js';

const COLUMNS = ['files', 'passed', 'partly', 'failed', 'lines', 'understood', 'irrelevant', 'warning'] as const;

/** A row for each format, and one for all of them where there are several. */
export function lineCountsText(counts: readonly LineCounts[], style: Style): string {
  const sum = (column: (typeof COLUMNS)[number]) => counts.reduce((all, row) => all + row[column], 0);
  const rows = counts.map((row) => [row.format, ...COLUMNS.map((column) => count(row[column]))]);
  if (counts.length > 1) rows.push(['all', ...COLUMNS.map((column) => count(sum(column)))]);
  const width = Math.max('format'.length, ...rows.map(([format = '']) => format.length));
  const line = ([format = '', ...cells]: readonly string[]) =>
    format.padEnd(width) + cells.map((cell, i) => cell.padStart((COLUMNS[i]?.length ?? 0) + 2)).join('');
  return [style.strong(line(['format', ...COLUMNS])), ...rows.map(line)].map((one) => `${one}\n`).join('');
}
