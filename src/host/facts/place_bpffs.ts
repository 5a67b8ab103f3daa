import { areEmpty, type Masks } from '../../kernel/masks.js';
import type { BpffsInstance } from './bpffs_instances.js';
import { bpffsUserns, type InstanceUserns, TOLD_BY } from './bpffs_userns.js';
import { type HostFacts, INITIAL_USERNS } from './host_facts.js';
import type { HeldToken } from './token_groups.js';
import { UniqueNames } from './unique_names.js';
import type { UsernsTree } from './userns_tree.js';

/** A bpffs of a scenario. */
export interface ScenarioBpffs {
  readonly name: string;
  /** Inode number of its user namespace. */
  readonly userns: number;
  readonly masks: Readonly<Masks>;
  readonly uid: number | undefined;
  readonly gid: number | undefined;
  readonly mode: number | undefined;
  /** Device numbers of the instances that it stands for; none for one of a token that no mount shows. */
  readonly devices: readonly string[];
  readonly comment: string;
}

/**
 * The bpffs instances of a scenario: one for each that delegates something, and one for all of a user namespace that delegate nothing
 * and have the same owner and mode.
 */
export function placeBpffs(
  instances: readonly BpffsInstance[],
  tokens: readonly HeldToken[],
  tree: UsernsTree,
  facts: HostFacts,
  nameOf: (ino: number) => string,
): { readonly bpffs: readonly ScenarioBpffs[]; readonly assumptions: readonly string[] } {
  const kinds = new Map<string, { readonly userns: InstanceUserns; readonly alike: BpffsInstance[] }>();
  for (const instance of instances) {
    const { device, masks, uid, gid, mode } = instance;
    const userns = bpffsUserns(instance, tokens, tree, facts);
    const key = areEmpty(masks) ? `${userns.ino} ${uid} ${gid} ${mode}` : device;
    const before = kinds.get(key);
    if (before) before.alike.push(instance);
    else kinds.set(key, { userns, alike: [instance] });
  }
  const names = new UniqueNames();
  const bpffs = [...kinds.values()].map(({ userns: { ino }, alike }): ScenarioBpffs => {
    const { device, path, masks, uid, gid, mode } = alike[0] as BpffsInstance;
    const text = ino === INITIAL_USERNS ? path : `${nameOf(ino)}/${path.replace(/^\/+/, '')}`;
    return {
      name: names.take(text, [`-${device}`]),
      userns: ino,
      masks,
      uid,
      gid,
      mode,
      devices: alike.map((one) => one.device),
      comment: commentOf(alike),
    };
  });
  return { bpffs, assumptions: assumptionsOf([...kinds.values()]) };
}

function commentOf(alike: readonly BpffsInstance[]): string {
  const [{ device, path, mountNamespaces } = { device: '', path: '', mountNamespaces: [] }] = alike;
  if (alike.length > 1)
    return `${alike.length} instances that delegate nothing, the first at ${path}: device ${device}`;
  const seen = mountNamespaces.length === 1 ? '1 mount namespace' : `${mountNamespaces.length} mount namespaces`;
  return `device ${device} at ${path}, seen in ${seen}`;
}

function assumptionsOf(kinds: readonly { readonly userns: InstanceUserns }[]): string[] {
  const counts = new Map<InstanceUserns['by'], number>();
  for (const { userns } of kinds) counts.set(userns.by, (counts.get(userns.by) ?? 0) + 1);
  return [...counts].map(([by, count]) => `the user namespace of ${count} bpffs is ${TOLD_BY[by]}`);
}
