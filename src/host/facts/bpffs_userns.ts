import { areEmpty } from '../../kernel/masks.js';
import type { BpffsInstance } from './bpffs_instances.js';
import { type HostFacts, INITIAL_USERNS } from './host_facts.js';
import type { HeldToken } from './token_groups.js';
import type { UsernsTree } from './userns_tree.js';

/** The user namespace of an instance, and what tells it. */
export interface InstanceUserns {
  /** Inode number. */
  readonly ino: number;
  readonly by: 'token' | 'processes' | 'init' | 'owner' | 'member' | 'unknown';
}

/** How the user namespace of an instance was told, for people. The kernel has no call that says it. */
export const TOLD_BY: Readonly<Record<InstanceUserns['by'], string>> = {
  token: 'that of the holder of a token of it, as a token is made in the user namespace of its bpffs',
  processes: 'that of all processes of the mount namespaces that show it',
  init: 'init, as a mount namespace of init shows it',
  owner: 'that which owns the first mount namespace that shows it',
  member: 'that of the first process of the first mount namespace that shows it',
  unknown: 'init, as nothing tells another',
};

/**
 * The user namespace that a bpffs belongs to. No call of the kernel says it: it is the first of these that is known, and not the initial
 * one where it is of a token, which cannot be made there.
 */
export function bpffsUserns(
  { device, masks, mountNamespaces }: BpffsInstance,
  tokens: readonly HeldToken[],
  tree: UsernsTree,
  { processes, mount_namespaces }: Pick<HostFacts, 'processes' | 'mount_namespaces'>,
): InstanceUserns {
  const holders = tokens.filter((token) => token.device === device).flatMap((token) => token.holders);
  const maker = holders.map(tree.of).find((ino) => ino !== undefined && ino !== INITIAL_USERNS);
  if (maker !== undefined) return { ino: maker, by: 'token' };
  const shown = new Set(mountNamespaces);
  const members = processes.flatMap((process) => {
    const ino = process.mntns !== null && shown.has(process.mntns) ? tree.of(process) : undefined;
    return ino === undefined ? [] : [ino];
  });
  const [first] = members;
  const owners = mount_namespaces.filter(({ ino }) => shown.has(ino)).map(({ userns }) => userns);
  if (owners.includes(INITIAL_USERNS)) {
    // A process that makes a user namespace alone keeps its mount namespace.
    const isOfOne = first !== undefined && first !== INITIAL_USERNS && members.every((ino) => ino === first);
    return isOfOne && !areEmpty(masks) ? { ino: first, by: 'processes' } : { ino: INITIAL_USERNS, by: 'init' };
  }
  const known = new Set(tree.nodes.map(({ ino }) => ino));
  const [owner] = owners;
  if (owner !== undefined && owner !== null && known.has(owner)) return { ino: owner, by: 'owner' };
  return first === undefined ? { ino: INITIAL_USERNS, by: 'unknown' } : { ino: first, by: 'member' };
}
