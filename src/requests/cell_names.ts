import type { World } from '../kernel/world.js';
import { ByteNames } from './byte_names.js';
import { type CommandFields, commandFields } from './fields.js';
import { expectSpellings, kindSpellings, nameSpellings, preSpellings, type Spellings } from './spellings.js';

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

/** What the cells of a world's request tables can say. Made once for a world: it remembers what it was asked. */
export interface CellNames {
  readonly world: World;
  readonly fields: CommandFields;
  /** By column; all but INSN_CNT, which holds numbers alone. */
  readonly spellings: Readonly<Record<number, Spellings>>;
  /** By column: spellings met before, as they lie in a file, and what they stand for. */
  readonly met: readonly ByteNames[];
}

/** What cells of tables for a world can say. */
export function cellNames(world: World): CellNames {
  const { vocabulary } = world.profile;
  return {
    world,
    fields: commandFields(vocabulary),
    spellings: {
      [TASK]: nameSpellings(world.tasks.map(({ name }) => name)),
      [TOKEN]: nameSpellings(world.tokens.map(({ name }) => name)),
      [CMD]: kindSpellings(vocabulary, 'cmds'),
      [MAP_TYPE]: kindSpellings(vocabulary, 'map_types'),
      [PROG_TYPE]: kindSpellings(vocabulary, 'prog_types'),
      [ATTACH_TYPE]: kindSpellings(vocabulary, 'attach_types'),
      [PRE]: preSpellings(),
      [EXPECT]: expectSpellings(),
    },
    met: Array.from({ length: EXPECT + 1 }, () => new ByteNames()),
  };
}
