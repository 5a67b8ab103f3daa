import type { BpffsOwner } from '../delegation.js';
import { unquotedWords } from './values.js';

/** Where systemd mounts the bpffs of a unit. */
export const BPFFS_PATH = '/sys/fs/bpf';

/** What stands at /sys/fs/bpf in place of the bpffs of a unit. */
export interface BpffsCover {
  /** The setting that puts it there. */
  readonly setting: string;
  /** In words, with the answer that a process meets. */
  readonly effect: string;
  /** Whether the process is not started. */
  readonly fails: boolean;
}

const HOSTS =
  "the host's bpffs is there in place of the unit's: no token can be made (EPERM), and (EOPNOTSUPP) in the initial user namespace";
const OTHER = 'a directory that is no bpffs is there (EINVAL)';

/**
 * Settings that mount something at a path, in the order in which one wins over another at the same path: the bpffs of PrivateBPF= loses
 * to all of them. Source: systemd 262, src/core/namespace.c: MountMode, mount_path_compare(), drop_duplicates().
 */
const SETTINGS: readonly (readonly [setting: string, effect: string])[] = [
  ['InaccessiblePaths', 'a directory that only root can open is there (EACCES, or EINVAL for root)'],
  ['BindPaths', OTHER],
  ['BindReadOnlyPaths', OTHER],
  ['ReadOnlyPaths', HOSTS],
  ['ReadWritePaths', HOSTS],
  ['NoExecPaths', HOSTS],
  ['ExecPaths', 'the mounts of the unit fail (226/NAMESPACE)'],
  ['TemporaryFileSystem', OTHER],
];

/** Names of before 231, which are still read. */
const ALIASES: Readonly<Record<string, string>> = {
  InaccessibleDirectories: 'InaccessiblePaths',
  ReadOnlyDirectories: 'ReadOnlyPaths',
  ReadWriteDirectories: 'ReadWritePaths',
};

export const PATH_SETTINGS: readonly string[] = [...SETTINGS.map(([setting]) => setting), ...Object.keys(ALIASES)];

/** The words of each setting that mounts something, after all assignments. */
export type PathSettings = Map<string, readonly string[]>;

/** The setting that a name stands for. */
export function pathSettingOf(name: string): string {
  return Object.hasOwn(ALIASES, name) ? (ALIASES[name] as string) : name;
}

/** An assignment adds words; an empty one resets. Returns the words that are left out, as their paths are not absolute. */
export function assignPaths(paths: PathSettings, key: string, text: string): readonly string[] {
  const setting = pathSettingOf(key);
  const words = unquotedWords(text);
  // What a specifier stands for at the start is not known.
  const isTaken = (word: string) => targetOf(setting)(word) !== '' || /^[-+]*%[^%]/.test(word);
  const taken = words.filter(isTaken);
  paths.set(setting, text === '' ? [] : [...(paths.get(setting) ?? []), ...taken]);
  return words.filter((word) => !isTaken(word));
}

/** What hides the bpffs of a unit; undefined where nothing does. */
export function coverOf(paths: PathSettings, owner: BpffsOwner | undefined): BpffsCover | undefined {
  const inaccessible = (paths.get('InaccessiblePaths') ?? []).map(targetOf('InaccessiblePaths'));
  if (inaccessible.some((path) => path !== BPFFS_PATH && isAbove(path))) {
    return {
      setting: 'InaccessiblePaths',
      effect: 'the path of the bpffs cannot be searched (EACCES), and is not there (ENOENT) for root',
      fails: false,
    };
  }
  for (const [setting, effect] of SETTINGS) {
    const word = (paths.get(setting) ?? []).find((one) => targetOf(setting)(one) === BPFFS_PATH);
    if (word === undefined) continue;
    const isHosts = /^Bind/.test(setting) && simplified(word.split(':')[0] ?? '') === BPFFS_PATH;
    // In a user namespace a mount of the host cannot lose its noexec.
    const fails = setting === 'ExecPaths' && owner === 'own';
    return { setting, effect: isHosts || (setting === 'ExecPaths' && !fails) ? HOSTS : effect, fails };
  }
  return undefined;
}

/** Where a word of a setting mounts something: SOURCE:TARGET:OPTIONS of Bind*, TARGET:OPTIONS of TemporaryFileSystem. */
function targetOf(setting: string): (word: string) => string {
  return (word) => {
    if (setting.startsWith('Bind')) {
      const [source = '', target] = word.split(':');
      return simplified(target ?? source);
    }
    return simplified(setting === 'TemporaryFileSystem' ? (word.split(':')[0] ?? '') : word);
  };
}

/** A path without its marks (`-`, `+`), repeated slashes and single dots. Source: src/basic/path-util.c: path_simplify(). */
function simplified(word: string): string {
  const path = word.replace(/^-?\+?/, '');
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  return path.startsWith('/') ? `/${parts.join('/')}` : '';
}

function isAbove(path: string): boolean {
  return path === '/' || BPFFS_PATH === path || (path !== '' && BPFFS_PATH.startsWith(`${path}/`));
}
