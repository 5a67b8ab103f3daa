import { CAP_FULL_SET, CAP_SYS_ADMIN } from '../abi/capabilities.js';
import type { Cred } from '../kernel/capability.js';
import { UserNamespace } from '../kernel/userns.js';
import { namespacesOf } from './namespaces.js';
import type { Credential, MountRecord } from './record.js';

/** A uid of the initial namespace that owns no user namespace and has no capability. */
const OVERFLOW_UID = 1002;
const SYS_ADMIN = 1n << BigInt(CAP_SYS_ADMIN);

/** The namespaces and credentials of a mount_options record. */
export interface MountWorld {
  /** Of the instance. */
  readonly sbUserns: UserNamespace;
  /** Whether ids of a namespace besides the initial one are known to map. */
  readonly hasIdMaps: boolean;
  cred(name: Credential): Cred;
}

/**
 * The namespaces of the format's names. `ns` is the instance's namespace, `childns` the first one below it. For an instance of
 * the initial namespace, recordings without id maps call the first namespace below it `ns`; recordings of this project's
 * recorder, which have maps, mean the initial one itself. A namespace that is not in the tree is invented: no result depends
 * on it.
 */
export function mountWorld(init: UserNamespace, record: MountRecord): MountWorld {
  const namespaces = namespacesOf(init, record.tree);
  const all = [...namespaces.values()];
  const below = (parent: UserNamespace): UserNamespace =>
    all.find((ns) => ns.parent === parent) ?? new UserNamespace(`child of ${parent.name}`, parent, 0);
  const sbUserns =
    record.sbUserns === 'init'
      ? init
      : (namespaces.get(record.sbUserns) ?? new UserNamespace(record.sbUserns, init, 1000));
  const hasIdMaps = record.tree.every(({ name, uidMap, gidMap }) => name === 'init' || (uidMap && gidMap));
  const ns = sbUserns !== init || (hasIdMaps && record.tree.length > 1) ? sbUserns : below(init);
  const child = below(ns);
  const root = (userns: UserNamespace, effective: bigint): Cred => {
    const id = userns.uidMap[0]?.global ?? 0;
    return { userns, euid: id, egid: userns.gidMap[0]?.global ?? 0, effective };
  };
  const inInit = (euid: number, effective: bigint): Cred => ({ userns: init, euid, egid: euid, effective });
  const creds: Readonly<Record<Credential, () => Cred>> = {
    init_root: () => inInit(0, CAP_FULL_SET),
    ns_root: () => root(ns, CAP_FULL_SET),
    ns_root_nocap: () => root(ns, 0n),
    init_nocap: () => inInit(OVERFLOW_UID, 0n),
    init_only_sysadmin: () => inInit(0, SYS_ADMIN),
    init_all_but_sysadmin: () => inInit(0, CAP_FULL_SET & ~SYS_ADMIN),
    init_nsowner_nocap: () => inInit(ns.owner, 0n),
    childns_root: () => root(child, CAP_FULL_SET),
  };
  return {
    sbUserns,
    hasIdMaps,
    cred: (name) => creds[name](),
  };
}
