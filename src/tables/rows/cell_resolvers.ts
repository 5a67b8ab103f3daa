import type { WorldNames } from '../../kernel/world.js';
import { type CommandFields, commandFields } from '../../request/command_fields.js';
import { REQUEST_COLUMNS, type RequestColumn } from '../request_table.js';
import { type NameCache, requestSpellings } from './name_cache.js';

// Places in REQUEST_COLUMNS.
export const TASK = 0;
export const TOKEN = 1;
export const CMD = 2;
export const MAP_TYPE = 3;
export const PROG_TYPE = 4;
export const ATTACH_TYPE = 5;
export const INSN_CNT = 6;
export const PRE = 7;
export const EXPECT = 8;
export const PROGRAM = 9;

/** What the cells of a world's request tables can say. Made once for a world: it remembers what it was asked. */
export interface CellNames {
  readonly world: WorldNames;
  readonly fields: CommandFields;
  /** By column; INSN_CNT, which holds numbers alone, has none. */
  readonly spellings: readonly (NameCache | undefined)[];
}

/** What cells of tables for a world can say. */
export function cellNames(world: WorldNames): CellNames {
  const spellings: Partial<Record<RequestColumn, NameCache>> = requestSpellings(world);
  return {
    world,
    fields: commandFields(world.profile.vocabulary),
    spellings: REQUEST_COLUMNS.map((column) => spellings[column]),
  };
}
