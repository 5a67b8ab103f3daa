import type { Delegation } from '../delegation.js';
import type { LineAccount } from '../line_account.js';

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
  return mounts.flatMap((mount, i) => {
    const { delegation, path } = mount;
    if (!delegation) return [];
    const by = order === 'ids' ? overByIds(mounts, mount) : overByOrder(mounts.slice(i + 1), mount, order);
    if (!by) return [delegation];
    const where = by.path === path ? `both are at ${path}` : `it is at ${by.path}`;
    account.warn(delegation.at, {
      code: 'hidden-mount',
      message: `the mount on line ${by.line} hides this one: ${where}`,
    });
    return [{ ...delegation, unusable: delegation.unusable ?? `line ${by.line} mounts over it` }];
  });
}

/** The last of the later mounts that is over one. The root can be listed after what was moved into it. */
function overByOrder(later: readonly TableMount[], { path }: TableMount, order: TableOrder): TableMount | undefined {
  return later.findLast((other) => other.path === path || (order === 'mounted' && isAbove(other.path, path)));
}

/**
 * The mount that a walk along the path enters in place of one: a mount on it at its own path, or one that is mounted on the same mount
 * as it, or as a mount that it is in, at a directory above. Source: fs/namei.c: __follow_mount_rcu().
 */
function overByIds(mounts: readonly TableMount[], mount: TableMount): TableMount | undefined {
  const onTop = mounts.find((one) => one !== mount && one.ids?.parent === mount.ids?.own && one.path === mount.path);
  if (onTop) return onTop;
  const seen = new Set<TableMount>();
  let below: TableMount | undefined = mount;
  while (below && !seen.has(below)) {
    seen.add(below);
    const { ids, path, line }: TableMount = below;
    const other = mounts.findLast(
      (one) =>
        one !== below &&
        one.ids?.parent === ids?.parent &&
        (isAbove(one.path, path) || (one.path === path && one.line > line)),
    );
    if (other) return other;
    below = mounts.find((one) => one.ids?.own === ids?.parent);
  }
  return undefined;
}

/** Whether a path is of a directory above another, and not the root. */
function isAbove(path: string, other: string): boolean {
  return path !== '/' && other.startsWith(`${path}/`);
}
