import { USERNS_MAX_LEVEL } from '../../abi/bpf.js';
import { type HostFacts, type IdExtent, INITIAL_USERNS, type ProcessFacts } from './host_facts.js';
import { contains, isEveryId, sizeOf } from './id_maps.js';

/** A user namespace below the initial one. */
export interface UsernsNode {
  /** Inode number; negative for one that is known by the id maps of its processes only. */
  readonly ino: number;
  /** Inode number of its parent: INITIAL_USERNS, or of another node. */
  readonly parent: number;
  readonly owner: number;
}

/** The user namespaces of a host as a tree. */
export interface UsernsTree {
  /** All but the initial one, in the order of the facts. */
  readonly nodes: readonly UsernsNode[];
  /** Inode number of the user namespace of a process; undefined where nothing of it can be seen. */
  of(process: ProcessFacts): number | undefined;
  /** What is assumed where something cannot be seen. */
  readonly assumptions: readonly string[];
}

/** What is known of a user namespace before its parent and owner are decided. */
interface Known {
  readonly ino: number;
  readonly parent: number | null;
  readonly owner: number | null;
  readonly uidMap: readonly IdExtent[] | null;
  readonly gidMap: readonly IdExtent[] | null;
}

/**
 * The tree of user namespaces. A process whose user namespace cannot be read is in the one with its id maps. A parent that is not known
 * is the smallest user namespace whose uid map has all uids of the child's and more, or the initial one. An owner that is not known is
 * the uid that a map of one uid has, as an unprivileged owner can map no other, or else 0.
 */
export function usernsTree({ userns, processes }: Pick<HostFacts, 'userns' | 'processes'>): UsernsTree {
  const known = knownOf(userns, processes);
  const byMaps = new Map<string, number>([[mapsKey(FULL, FULL), INITIAL_USERNS]]);
  for (const { ino, uidMap, gidMap } of known) {
    const key = uidMap && gidMap && mapsKey(uidMap, gidMap);
    if (key && !byMaps.has(key)) byMaps.set(key, ino);
  }
  const placed = new Map<ProcessFacts, number>();
  let unread = 0;
  for (const process of processes) {
    if (process.userns !== null) continue;
    const { uid_map: uidMap, gid_map: gidMap } = process;
    if (!uidMap || !gidMap) continue;
    const key = mapsKey(uidMap, gidMap);
    let ino = byMaps.get(key);
    if (ino === undefined) {
      unread += 1;
      ino = -unread;
      byMaps.set(key, ino);
      known.push({ ino, parent: null, owner: null, uidMap, gidMap });
    }
    placed.set(process, ino);
  }
  const below = known.filter(({ ino }) => ino !== INITIAL_USERNS);
  const { parents, inferred, circles } = parentsOf(below);
  const owned = below.filter(({ owner }) => owner !== null).length;
  return {
    nodes: below.map((one) => ({
      ino: one.ino,
      parent: parents.get(one.ino) ?? INITIAL_USERNS,
      owner: one.owner ?? inferredOwner(one),
    })),
    of: (process) => process.userns ?? placed.get(process),
    assumptions: [
      ...told(
        placed.size,
        (n) => `${n} whose user namespace cannot be read: in the one with the same id maps`,
        'process',
      ),
      ...told(
        inferred,
        (n) => `${n} without a known parent: below the smallest one with all of their uids`,
        'user namespace',
      ),
      ...told(
        below.length - owned,
        (n) => `${n} without a known owner: owned by the uid of a map of one uid, or by 0`,
        'user namespace',
      ),
      ...told(circles, (n) => `${n} whose parents go in a circle, or too deep: below init`, 'user namespace'),
    ],
  };
}

/** Each user namespace once. A copy can name one at a process alone. */
function knownOf(userns: HostFacts['userns'], processes: readonly ProcessFacts[]): Known[] {
  const byIno = new Map<number, Known>();
  for (const { ino, parent, owner, uid_map: uidMap, gid_map: gidMap } of userns) {
    if (!byIno.has(ino)) byIno.set(ino, { ino, parent, owner, uidMap, gidMap });
  }
  for (const { userns: ino } of processes) {
    if (ino !== null && !byIno.has(ino)) byIno.set(ino, { ino, parent: null, owner: null, uidMap: null, gidMap: null });
  }
  return [...byIno.values()];
}

const FULL: readonly IdExtent[] = [[0, 0, 0xffff_ffff]];
const mapsKey = (...maps: readonly (readonly IdExtent[])[]): string => maps.map((map) => map.join(';')).join('|');

function inferredOwner({ uidMap }: Known): number {
  const [first] = uidMap ?? [];
  return first?.[2] === 1 ? first[1] : 0;
}

function parentsOf(below: readonly Known[]): { parents: Map<number, number>; inferred: number; circles: number } {
  const inos = new Set(below.map(({ ino }) => ino));
  const parents = new Map<number, number>();
  let inferred = 0;
  for (const one of below) {
    const { ino, parent } = one;
    const isKnown = parent !== null && (parent === INITIAL_USERNS || inos.has(parent));
    if (!isKnown) inferred += 1;
    parents.set(ino, isKnown ? parent : inferredParent(one, below));
  }
  let circles = 0;
  for (const ino of inos) {
    let level = 0;
    for (let at = ino; at !== INITIAL_USERNS && level <= USERNS_MAX_LEVEL; level++)
      at = parents.get(at) ?? INITIAL_USERNS;
    if (level <= USERNS_MAX_LEVEL) continue;
    circles += 1;
    parents.set(ino, INITIAL_USERNS);
  }
  return { parents, inferred, circles };
}

function inferredParent({ ino, uidMap }: Known, below: readonly Known[]): number {
  if (!uidMap || uidMap.length === 0 || isEveryId(uidMap)) return INITIAL_USERNS;
  const size = sizeOf(uidMap);
  let nearest: Known | undefined;
  for (const other of below) {
    if (other.ino === ino || !other.uidMap || sizeOf(other.uidMap) <= size || !contains(other.uidMap, uidMap)) continue;
    if (!nearest?.uidMap || sizeOf(other.uidMap) < sizeOf(nearest.uidMap)) nearest = other;
  }
  return nearest?.ino ?? INITIAL_USERNS;
}

function told(count: number, text: (what: string) => string, what: string): string[] {
  if (count === 0) return [];
  return [text(count === 1 ? `1 ${what}` : `${count} ${what.replace(/s$/, 'se')}s`)];
}
