import { type PermissionCell, permissionCells } from '../kernel/permission_cells.js';
import type { Vocabulary } from '../kernel/vocabulary.js';
import type { World } from '../kernel/world.js';
import type { ObjectKind } from './pair_classes.js';

/** A request of a task, without the task and its object, and the names of a release that has names for it. */
export interface PolicyCell extends PermissionCell {
  readonly vocabulary: Vocabulary;
}

/** What can be asked with a token or without one, and what of a bpffs. */
export interface PolicyCells {
  readonly withToken: readonly PolicyCell[];
  /** token_create, which is asked of a bpffs. */
  readonly ofBpffs: readonly PolicyCell[];
}

/**
 * Every request of a permission set of one world or of several: first those that the first world's release has names for, then those that
 * only a later one has. One request of prog_attach, and one of link_create, stands for all programs but those of cgroup_skb, which
 * are answered alike.
 */
export function policyCells(worlds: readonly World[]): PolicyCells {
  const cells = new Map<string, PolicyCell>();
  for (const { profile } of worlds) {
    for (const cell of permissionCells(profile.vocabulary)) {
      const key = `${cell.cmd} ${cell.type} ${cell.attachType}`;
      if (!cells.has(key)) cells.set(key, { ...cell, vocabulary: profile.vocabulary });
    }
  }
  const isCreate = ({ vocabulary, cmd }: PolicyCell) => vocabulary.nameOf('cmds', cmd) === 'token_create';
  const all = [...cells.values()];
  return { withToken: all.filter((cell) => !isCreate(cell)), ofBpffs: all.filter(isCreate) };
}

/** The requests that are asked with an object of a kind. */
export function cellsOf({ withToken, ofBpffs }: PolicyCells, kind: ObjectKind): readonly PolicyCell[] {
  return kind === 'bpffs' ? ofBpffs : withToken;
}
