import { cellsOfAll, type NamedCell } from '../kernel/permission_cells.js';
import type { World } from '../kernel/world.js';
import type { ObjectKind, Selection } from './pair_classes.js';

/** What can be asked with a token or without one, and what of a bpffs. */
export interface PolicyCells {
  readonly withToken: readonly NamedCell[];
  /** token_create, which is asked of a bpffs. */
  readonly ofBpffs: readonly NamedCell[];
}

/**
 * Every request of a permission set of one world or of several. One request of prog_attach, and one of link_create, stands for all
 * programs but those of cgroup_skb, which are answered alike.
 */
export function policyCells(worlds: readonly World[]): PolicyCells {
  const all = cellsOfAll(worlds.map(({ profile }) => profile.vocabulary));
  const isCreate = ({ vocabulary, cmd }: NamedCell) => vocabulary.nameOf('cmds', cmd) === 'token_create';
  return { withToken: all.filter((cell) => !isCreate(cell)), ofBpffs: all.filter(isCreate) };
}

/** The requests that are asked with an object of a kind. */
export function cellsOf({ withToken, ofBpffs }: PolicyCells, kind: ObjectKind): readonly NamedCell[] {
  return kind === 'bpffs' ? ofBpffs : withToken;
}

/** How many requests are meant: of selected tasks with selected objects, those whose cells match. */
export function requestCountOf(
  { selection, matches }: { readonly selection: Selection; readonly matches: (cell: NamedCell) => boolean },
  { withToken, ofBpffs }: PolicyCells,
): number {
  const { tasks, tokens, bpffs, hasNone } = selection;
  const times = (objects: number, cells: readonly NamedCell[]) =>
    objects === 0 ? 0 : objects * cells.filter(matches).length;
  return tasks.length * (times(tokens.length + Number(hasNone), withToken) + times(bpffs.length, ofBpffs));
}
