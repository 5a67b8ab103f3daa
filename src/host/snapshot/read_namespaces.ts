import { readFileSync } from 'node:fs';
import type {
  HostFacts,
  IdExtent,
  MountNamespaceFacts,
  ProcessFacts,
  RelationTool,
  UsernsFacts,
} from '../facts/host_facts.js';
import { INITIAL_USERNS } from '../facts/host_facts.js';
import { namespaceRelations, type RelationAnswer } from './namespace_relations.js';
import { readMaps } from './read_processes.js';
import type { Unseen } from './unseen.js';

/** The namespaces of processes. */
export type NamespaceFacts = Pick<HostFacts, 'userns' | 'mount_namespaces'> & { readonly relations: RelationTool };

/** A namespace and the first processes in it: where one ends, the next one is read. */
interface Members {
  readonly ino: number;
  readonly pids: readonly number[];
}
const MOST_MEMBERS = 4;

/** Reads each namespace once, by the processes in it. Rejects with an AbortError after the signal. */
export async function readNamespaces(
  proc: string,
  processes: readonly ProcessFacts[],
  unseen: Unseen,
  signal: AbortSignal,
): Promise<NamespaceFacts> {
  const users = membersOf(processes, 'userns');
  const mounts = membersOf(processes, 'mntns');
  const relations = await namespaceRelations(
    [
      ...users.map(({ pids }) => ({ kind: 'user', paths: pids.map((pid) => `${proc}/${pid}/ns/user`) }) as const),
      ...mounts.map(({ pids }) => ({ kind: 'mount', paths: pids.map((pid) => `${proc}/${pid}/ns/mnt`) }) as const),
    ],
    signal,
  );
  const known = new Map(users.map((member) => [member.ino, member]));
  // Ancestors without a process are known by their children only.
  const ancestors = [...relations.users.keys()].filter((ino) => !known.has(ino));
  const userns = [...users, ...ancestors.map((ino) => ({ ino, pids: [] }))].map((member): UsernsFacts => {
    const { ino } = member;
    const { parent, owner } = relations.users.get(ino) ?? {};
    return {
      ino,
      parent: ino === INITIAL_USERNS ? null : knownOf('parents', parent, `user:[${ino}]`),
      owner: knownOf('owners', owner, `user:[${ino}]`),
      ...mapsOf(member),
      cgroup: ofFirst(member, (pid) => readIfThere(`${proc}/${pid}/cgroup`)),
    };
  });
  const mountNamespaces = mounts.map((member): MountNamespaceFacts => {
    const { ino } = member;
    return {
      ino,
      userns: knownOf('mount_owners', relations.mounts.get(ino), `mnt:[${ino}]`),
      mountinfo: ofFirst(member, (pid) => unseen.ofProcess('mountinfo', `${proc}/${pid}/mountinfo`, readText)),
    };
  });
  return { userns, mount_namespaces: mountNamespaces, relations: relations.tool };

  function knownOf(
    what: 'parents' | 'owners' | 'mount_owners',
    answer: RelationAnswer | undefined,
    of: string,
  ): number | null {
    if (typeof answer === 'number') return answer;
    const why = relations.tool === 'none' ? 'neither perl nor python3 is there' : (answer ?? 'every process has ended');
    unseen.add(what, why, of);
    return null;
  }

  function mapsOf(member: Members): { uid_map: readonly IdExtent[] | null; gid_map: readonly IdExtent[] | null } {
    const found = ofFirst(member, (pid) => {
      const maps = readMaps(proc, pid, unseen);
      return maps.uid_map && maps.gid_map ? maps : undefined;
    });
    return found ?? { uid_map: null, gid_map: null };
  }
}

const readText = (path: string): string => readFileSync(path, 'utf8');

/** A file that only names come from. */
function readIfThere(path: string): string | undefined {
  try {
    return readText(path);
  } catch {
    return undefined;
  }
}

/** What the first process of a namespace that still is there says. */
function ofFirst<Value>({ pids }: Members, read: (pid: number) => Value | undefined): Value | null {
  for (const pid of pids) {
    const value = read(pid);
    if (value !== undefined) return value;
  }
  return null;
}

function membersOf(processes: readonly ProcessFacts[], kind: 'userns' | 'mntns'): Members[] {
  const pids = new Map<number, number[]>();
  for (const process of processes) {
    const ino = process[kind];
    if (ino === null) continue;
    const before = pids.get(ino);
    if (!before) pids.set(ino, [process.pid]);
    else if (before.length < MOST_MEMBERS) before.push(process.pid);
  }
  return [...pids].map(([ino, members]) => ({ ino, pids: members }));
}
