import type { UserNamespace as UserNamespaceType } from '../kernel/userns.js';
import { UserNamespace } from '../kernel/userns.js';
import type { Tree } from './record.js';

/** The namespaces of a tree by name, below a kernel's initial one. Without maps recorded, every id is itself. */
export function namespacesOf(init: UserNamespaceType, tree: Tree): ReadonlyMap<string, UserNamespaceType> {
  const found = new Map([['init', init]]);
  for (const { name, parent, owner, uidMap, gidMap } of tree) {
    if (name === 'init') continue;
    found.set(name, new UserNamespace(name, found.get(parent ?? 'init') ?? init, owner, uidMap, gidMap));
  }
  return found;
}
