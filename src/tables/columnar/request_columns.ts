import type { WorldNames } from '../../kernel/world.js';
import { PRE_NAMES } from '../../request/fault_names.js';
import { readableIds, readableNames, WRITTEN_COLUMNS } from '../text/request_text.js';
import { type IndexBytes, indexBytesOf, type OutputColumn } from './output_column.js';

/** The columns requests are written with, in the order of WRITTEN_COLUMNS; the numbers of names may take fewer bytes. */
export const REQUEST_CELLS = WRITTEN_COLUMNS.map((name) => ({
  name,
  holds: name === 'insn_cnt' ? 'uint32' : 'names',
})) satisfies readonly OutputColumn[];

/** The same with the fewest bytes for each column's names, to which `added` more may come. */
export function requestColumns(world: WorldNames, added: number): OutputColumn[] {
  const names = requestNames(world);
  return REQUEST_CELLS.map((column, i) => {
    const own = names[i];
    return own ? { ...column, indexBytes: indexBytesOf(own.length + added) } : column;
  });
}

/** Bytes of the cells of each column. */
export function cellBytesOf(columns: readonly OutputColumn[]): IndexBytes[] {
  return columns.map(({ indexBytes = 4 }) => indexBytes);
}

/** The names of each of these columns; none for insn_cnt. */
export function requestNames(world: WorldNames): (readonly string[] | undefined)[] {
  const { vocabulary } = world.profile;
  return [
    readableIds(world.tasks.map(({ name }) => name)),
    readableIds(world.tokens.map(({ name }) => name)),
    readableNames(vocabulary, 'cmds'),
    readableNames(vocabulary, 'map_types'),
    readableNames(vocabulary, 'prog_types'),
    readableNames(vocabulary, 'attach_types'),
    undefined,
    PRE_NAMES,
  ];
}
