import { Grouping } from '../batch/summary/group_by.js';
import type { GroupColumn } from '../batch/summary/group_columns.js';
import type { World } from '../kernel/world.js';
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
