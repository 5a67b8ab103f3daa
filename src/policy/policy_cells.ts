import { cellsOfAll, type NamedCell } from '../kernel/permission_cells.js';
import type { World } from '../kernel/world.js';
import type { ObjectKind } from './pair_classes.js';

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
