import { csvField } from '../../tables/text/request_text.js';
import type { Group } from './group_by.js';
import type { GroupColumn } from './group_columns.js';

/** Groups as CSV: a column for each that was grouped by, and how many rows. */
export function groupsCsv(columns: readonly GroupColumn[], groups: readonly Group[]): string {
  const lines = [[...columns, 'rows'], ...groups.map(({ texts, rows }) => [...texts.map(csvField), String(rows)])];
  return lines.map((cells) => `${cells.join(',')}\n`).join('');
}
