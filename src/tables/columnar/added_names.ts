import type { WorldNames } from '../../kernel/world.js';
import { WRITTEN_COLUMNS } from '../text/request_text.js';
import type { CellType } from './cells.js';
import { Dictionary } from './dictionary.js';
import { MAX_ADDED } from './dictionary_builder.js';
import { requestNames } from './request_names.js';
import type { Dictionaries } from './row_batch_reader.js';

/** How many names rows with a problem can add, at most, to those of each of WRITTEN_COLUMNS. */
export type AddedNames = readonly number[];

/** Of rows that were drawn, which have no problem. */
export const NO_ADDED_NAMES: AddedNames = WRITTEN_COLUMNS.map(() => 0);
/** Of rows that were not looked at. */
export const ANY_ADDED_NAMES: AddedNames = WRITTEN_COLUMNS.map(() => MAX_ADDED);

/** Of rows whose names are all in dictionaries; `columns` says what each of REQUEST_COLUMNS holds. */
export function addedNamesOf(
  world: WorldNames,
  columns: readonly (CellType | undefined)[],
  dictionaries: Dictionaries,
): AddedNames {
  const names = requestNames(world);
  return WRITTEN_COLUMNS.map((_, place) => {
    const type = columns[place];
    if (type === undefined || type.kind === 'nothing') return 0;
    const parts = type.kind === 'dictionary' ? dictionaries.get(type.dictionary) : undefined;
    if (!parts) return MAX_ADDED;
    const dictionary = new Dictionary(parts);
    const known = new Set<unknown>(names[place]);
    let added = 0;
    for (let entry = 0; entry < dictionary.length && added < MAX_ADDED; entry++) {
      if (!known.has(dictionary.at(entry))) added += 1;
    }
    return added;
  });
}
