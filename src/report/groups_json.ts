import type { Group } from '../batch/summary/group_by.js';
import type { GroupColumn } from '../batch/summary/group_columns.js';
import type { GroupJson } from './schemas/eval.js';

/** Groups as JSON: an object each, null where a column says nothing. */
export function groupsJson(columns: readonly GroupColumn[], groups: readonly Group[]): GroupJson[] {
  return groups.map(({ texts, rows }) => ({
    ...Object.fromEntries(columns.map((column, i) => [column, texts[i] || null])),
    rows,
  }));
}
