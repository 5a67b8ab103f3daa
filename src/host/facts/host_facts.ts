import type { MaskName } from '../../kernel/masks.js';

/** The name and version of the form of a saved copy. */
export const FACTS_SCHEMA = 'bpf-token-sim/host-facts/1';

/** The inode number of the initial user namespace on every host. Source: include/uapi/linux/nsfs.h: USER_NS_INIT_INO (6.18). */
export const INITIAL_USERNS = 4026531837;

/** A line of uid_map or gid_map: first id inside, first id outside as the reader sees it, how many ids. */
export type IdExtent = readonly [inside: number, outside: number, count: number];

/** What asked the kinds of namespaces for their parents and owners; `none`: no program for it is installed. */
export type RelationTool = 'perl' | 'python3' | 'none';

/** The process that read the host: what it may see depends on it. */
export interface ReaderFacts {
  /** Effective uid in its own user namespace. */
  readonly euid: number;
  /** Inode number of its user namespace; null where it cannot be read. */
  readonly userns: number | null;
}

/** A user namespace. Ids are as the reader sees them, which is global for a reader in the initial one. */
export interface UsernsFacts {
  /** Inode number. */
  readonly ino: number;
  /** Inode number of its parent (NS_GET_PARENT); null where it is not known, and of the initial one. */
  readonly parent: number | null;
  /** Uid of its owner (NS_GET_OWNER_UID); null where it is not known. */
  readonly owner: number | null;
  /** Null where they cannot be read: no process that can be read is in it. */
  readonly uid_map: readonly IdExtent[] | null;
  readonly gid_map: readonly IdExtent[] | null;
  /** /proc/PID/cgroup of its first process, as text; null where it cannot be read. */
  readonly cgroup: string | null;
}

/** A mount namespace. */
export interface MountNamespaceFacts {
  readonly ino: number;
  /** Inode number of the user namespace that owns it (NS_GET_USERNS); null where it is not known. */
  readonly userns: number | null;
  /** /proc/PID/mountinfo of a process in it, as text; null where it cannot be read. */
  readonly mountinfo: string | null;
}

/** A process: its main thread. */
export interface ProcessFacts {
  readonly pid: number;
  /** `Name:` of /proc/PID/status, with its escapes. */
  readonly comm: string;
  /** Real, effective, saved and file system id. */
  readonly uid: readonly [number, number, number, number];
  readonly gid: readonly [number, number, number, number];
  /** Sets of capabilities in its own user namespace: hexadecimal digits, bit n for capability n. */
  readonly effective: string;
  readonly permitted: string;
  readonly bounding: string;
  /** Its pid in each pid namespace, from the reader's to its own. */
  readonly nspid: readonly number[];
  /** Inode numbers of its namespaces; null where they cannot be read. */
  readonly userns: number | null;
  readonly mntns: number | null;
  readonly netns: number | null;
  /** Of a process whose user namespace cannot be read; null for every other one. */
  readonly uid_map: readonly IdExtent[] | null;
  readonly gid_map: readonly IdExtent[] | null;
}

/** A descriptor of a token. */
export interface TokenFacts {
  readonly pid: number;
  readonly fd: number;
  /** What /proc/PID/fd/FD reads as. */
  readonly link: string;
  /** Device and inode number of the token, `0:71`: the device is that of its bpffs. Null where it cannot be read. */
  readonly device: string | null;
  readonly ino: number | null;
  /** /proc/PID/fdinfo/FD as text. */
  readonly fdinfo: string;
  /** Its masks as BPF_OBJ_GET_INFO_BY_FD has them (6.17); null where the reader cannot ask. */
  readonly info: TokenInfo | null;
}

/** struct bpf_token_info: hexadecimal digits. Source: include/uapi/linux/bpf.h, 6.17 and later. */
export type TokenInfo = Readonly<Record<MaskName, string>>;

/** What a reader wants to know and may not be able to see. */
export const UNSEEN_KINDS = {
  processes: 'credentials of processes (status)',
  userns: 'user namespaces of processes (ns/user)',
  mntns: 'mount namespaces of processes (ns/mnt)',
  netns: 'network namespaces of processes (ns/net)',
  id_maps: 'id maps (uid_map, gid_map)',
  descriptors: 'descriptors of processes, where tokens would be (fd)',
  tokens: 'masks of tokens (fdinfo)',
  mountinfo: 'mounts of mount namespaces (mountinfo)',
  parents: 'parents of user namespaces (NS_GET_PARENT)',
  owners: 'owners of user namespaces (NS_GET_OWNER_UID)',
  mount_owners: 'user namespaces of mount namespaces (NS_GET_USERNS)',
  sysctl: 'the sysctl kernel.unprivileged_bpf_disabled',
  lsm: 'security modules in force (/sys/kernel/security/lsm)',
} as const;
export type UnseenKind = keyof typeof UNSEEN_KINDS;

/** Things of one kind that could not be seen for one reason. */
export interface UnseenFacts {
  readonly what: UnseenKind;
  /** The name of the errno, or why else. */
  readonly why: string;
  readonly count: number;
  /** The first of them: a path. */
  readonly example: string;
}

/**
 * What a host shows of its user namespaces, bpffs instances, credentials and tokens, as plain data: as it was read, with nothing
 * derived from it. In order of pids, and of the first pid in each namespace.
 */
export interface HostFacts {
  readonly schema: typeof FACTS_SCHEMA;
  /** `uname -r` and `uname -m`. */
  readonly kernel: string;
  readonly machine: string;
  readonly reader: ReaderFacts;
  readonly relations: RelationTool;
  /** /proc/sys/kernel/unprivileged_bpf_disabled; null where it cannot be read. */
  readonly unprivileged_bpf_disabled: number | null;
  /** /sys/kernel/security/lsm; null where it cannot be read. */
  readonly lsm: readonly string[] | null;
  readonly userns: readonly UsernsFacts[];
  readonly mount_namespaces: readonly MountNamespaceFacts[];
  readonly processes: readonly ProcessFacts[];
  readonly tokens: readonly TokenFacts[];
  /** Processes that make no bpf() call: threads of the kernel, and what ended before it was read or waits for its parent. */
  readonly kernel_threads: number;
  readonly ended: number;
  readonly unseen: readonly UnseenFacts[];
}
