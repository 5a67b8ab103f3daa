import type { WorldNames } from '../../kernel/world.js';
import { PRE_NAMES } from '../../request/fault_names.js';
import { readableIds, readableNames } from '../text/request_text.js';

/** The names of each of WRITTEN_COLUMNS, by number; none for insn_cnt. */
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
