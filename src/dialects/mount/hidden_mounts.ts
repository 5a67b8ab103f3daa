import type { Delegation } from '../delegation.js';
import type { LineAccount } from '../line_account.js';
import { MountIndex } from './mount_index.js';

/** A mount of a table. */
export interface TableMount {
  readonly path: string;
  readonly line: number;
  /** Undefined where it is no bpffs. */
  readonly delegation: Delegation | undefined;
  /** The numbers of the mount and of the one that it is mounted on; undefined where the table has none. */
  readonly ids?: { readonly own: string; readonly parent: string } | undefined;
}

/**
 * What the order of a table says. `mounted`: a later line was mounted later. `sorted`: of two mounts at one path only; mounts at other
 * paths can be in any order. `ids`: the lines say themselves what each is mounted on.
 */
export type TableOrder = 'mounted' | 'sorted' | 'ids';

/** The delegations of a mount table, in order. One that a path does not reach, because of a mount over it, is warned of. */
export function delegationsOf(
  mounts: readonly TableMount[],
  order: TableOrder,
  account: LineAccount,
): readonly Delegation[] {
  const index = new MountIndex(mounts);
  return mounts.flatMap((mount, i) => {
    const { delegation, path } = mount;
    if (!delegation) return [];
    const over = order === 'ids' ? index.overByIds(i) : index.overByOrder(i, order === 'mounted');
    if (over === undefined) return [delegation];
    const by = mounts[over] as TableMount;
    const where = by.path === path ? `both are at ${path}` : `it is at ${by.path}`;
    account.warn(delegation.at, {
      code: 'hidden-mount',
      message: `the mount on line ${by.line} hides this one: ${where}`,
    });
    return [{ ...delegation, unusable: delegation.unusable ?? `line ${by.line} mounts over it` }];
  });
}
