import { csvField } from '../../tables/text/request_text.js';
import type { Grouping, Groups } from './group_by.js';

/** Groups as CSV: a column for each that was grouped by, and how many rows. */
export function groupsCsv(grouping: Grouping, groups: Groups): string {
  const lines = [
    [...grouping.columns, 'rows'],
    ...grouping.list(groups).map(({ texts, rows }) => [...texts.map(csvField), String(rows)]),
  ];
  return lines.map((cells) => `${cells.join(',')}\n`).join('');
}
