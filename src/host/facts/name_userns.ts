import { type HostFacts, INITIAL_USERNS, type ProcessFacts } from './host_facts.js';
import { UniqueNames } from './unique_names.js';
import type { UsernsTree } from './userns_tree.js';

const INIT = 'init';
/** Digits of the id of a container that its name has, as in docker ps. */
const SHORT_ID = 12;
/** Folders of /proc/PID/cgroup that container managers make, and what of them names the container. */
const CONTAINERS = [
  /^lxc\.payload\.(.+)$/,
  /^(?:docker|libpod|crio|cri-containerd)-([0-9a-f]{64})\.scope$/,
  /^([0-9a-f]{64})$/,
];
const UNIT = /^(?!init\.scope$)(.+\.(?:service|scope))$/;

/**
 * Names of user namespaces by inode number: the container or unit of the first process, or else its command, with the inode number
 * where several have one name; `userns-INO` without a process. The initial one is `init`.
 */
export function nameUserns(
  tree: UsernsTree,
  { userns, processes }: Pick<HostFacts, 'userns' | 'processes'>,
): ReadonlyMap<number, string> {
  const first = new Map<number, ProcessFacts>();
  for (const process of processes) {
    const ino = tree.of(process);
    if (ino !== undefined && !first.has(ino)) first.set(ino, process);
  }
  const cgroups = new Map(userns.map(({ ino, cgroup }) => [ino, cgroup]));
  const wanted = tree.nodes.map(({ ino }) => ({
    ino,
    text: containerOf(cgroups.get(ino) ?? '') ?? first.get(ino)?.comm ?? 'userns',
  }));
  const counts = new Map<string, number>([[INIT, 1]]);
  for (const { text } of wanted) counts.set(text, (counts.get(text) ?? 0) + 1);
  const names = new UniqueNames([INIT]);
  const named = wanted.map(({ ino, text }) => {
    const isPlain = counts.get(text) === 1 && text !== 'userns';
    const number = ino < 0 ? `unread-${-ino}` : String(ino);
    return [ino, names.take(isPlain ? text : `${text}-${number}`, [`-${number}`])] as const;
  });
  return new Map([[INITIAL_USERNS, INIT], ...named]);
}

/** The container or unit of the text of /proc/PID/cgroup; undefined where no folder is of one. */
export function containerOf(cgroup: string): string | undefined {
  const folders = cgroup.split('\n').flatMap((line) => line.split(':').slice(2).join(':').split('/'));
  for (const pattern of [...CONTAINERS, UNIT]) {
    const found = folders.findLast((folder) => pattern.test(folder));
    const [, name] = (found && pattern.exec(found)) || [];
    if (name !== undefined) return /^[0-9a-f]{64}$/.test(name) ? name.slice(0, SHORT_ID) : unescapeUnit(name);
  }
  return undefined;
}

/** The name of a unit without the escapes of systemd (systemd-escape(1)). */
function unescapeUnit(name: string): string {
  return name.replace(/\\x([0-9a-f]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
}
