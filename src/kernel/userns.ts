import { USERNS_MAX_LEVEL } from '../abi/bpf.js';
import { ERRNO } from '../abi/errno.js';

/** One line of /proc/PID/uid_map, the outside id already global. */
export interface IdRange {
  readonly inside: number;
  readonly global: number;
  readonly count: number;
}

/** A user namespace. The initial one has no parent and level 0. */
export class UserNamespace {
  readonly name: string;
  readonly parent: UserNamespace | null;
  readonly level: number;
  /** Global uid of the task that made it. */
  readonly owner: number;
  readonly uidMap: readonly IdRange[];
  readonly gidMap: readonly IdRange[];

  constructor(
    name: string,
    parent: UserNamespace | null,
    owner: number,
    uidMap: readonly IdRange[] = EVERY_ID,
    gidMap: readonly IdRange[] = EVERY_ID,
  ) {
    this.name = name;
    this.parent = parent;
    this.level = parent ? parent.level + 1 : 0;
    this.owner = owner;
    this.uidMap = uidMap;
    this.gidMap = gidMap;
  }

  get isInitial(): boolean {
    return this.parent === null;
  }

  /** The ancestor (or self) at a level; undefined below it. */
  ancestorAt(level: number): UserNamespace | undefined {
    let ns: UserNamespace | null = this;
    while (ns && ns.level > level) ns = ns.parent;
    return ns && ns.level === level ? ns : undefined;
  }

  isDescendantOf(other: UserNamespace): boolean {
    return this.level > other.level && this.ancestorAt(other.level) === other;
  }
}

/** The map of a namespace in which every id is itself. */
export const EVERY_ID: readonly IdRange[] = [{ inside: 0, global: 0, count: 0xffff_ffff }];

/**
 * A new user namespace, or -ENOSPC past the depth limit, or -EPERM where the owner's uid has no place in the parent.
 * Source: kernel/user_namespace.c: create_user_ns().
 */
export function createUserNs(
  name: string,
  parent: UserNamespace,
  owner: number,
  uidMap?: readonly IdRange[],
  gidMap?: readonly IdRange[],
): UserNamespace | number {
  if (parent.level >= USERNS_MAX_LEVEL) return -ERRNO.ENOSPC;
  if (!hasMapping(parent.uidMap, owner)) return -ERRNO.EPERM;
  return new UserNamespace(name, parent, owner, uidMap, gidMap);
}

/** The global id of an id as seen inside, or undefined (make_kuid()). */
export function toGlobalId(map: readonly IdRange[], inside: number): number | undefined {
  const range = map.find((r) => inside >= r.inside && inside < r.inside + r.count);
  return range && range.global + (inside - range.inside);
}

/** Whether a global id can be named inside (kuid_has_mapping()). */
export function hasMapping(map: readonly IdRange[], global: number): boolean {
  return map.some((r) => global >= r.global && global < r.global + r.count);
}
