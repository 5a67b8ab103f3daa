import type { World } from '../kernel/world.js';
import type { GroupColumn } from './batch/group_columns.js';
import { type Group, Grouping } from './batch/groups.js';
import { InputError } from './exit.js';

/** Counts by these columns. Throws an InputError for columns with too many different rows. */
export function groupingOf(columns: readonly GroupColumn[], world: World): Grouping {
  try {
    return new Grouping(world, columns);
  } catch (error) {
    if (error instanceof RangeError) throw new InputError(`--summary ${error.message}`);
    throw error;
  }
}

/** Groups as JSON: an object each, null where a column says nothing. */
export function groupsJson(columns: readonly GroupColumn[], groups: readonly Group[]): Record<string, unknown>[] {
  return groups.map(({ texts, rows }) => ({
    ...Object.fromEntries(columns.map((column, i) => [column, texts[i] || null])),
    rows,
  }));
}
