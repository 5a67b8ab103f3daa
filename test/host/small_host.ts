import {
  FACTS_SCHEMA,
  type HostFacts,
  INITIAL_USERNS,
  type MountNamespaceFacts,
  type ProcessFacts,
  type TokenFacts,
  type UsernsFacts,
} from '../../src/host/facts/host_facts.js';

export const ALL_CAPS = '000001ffffffffff';
export const NO_CAPS = '0000000000000000';
/** Inode numbers of the container's namespaces, and of the initial mount namespace. */
export const [BOX, BOX_MOUNTS, HOST_MOUNTS] = [4026532001, 4026532002, 4026531832];

/** A process of root in the initial user namespace, with other values where they are given. */
export function processFacts(pid: number, changed: Partial<ProcessFacts> = {}): ProcessFacts {
  return {
    pid,
    comm: 'systemd',
    uid: [0, 0, 0, 0],
    gid: [0, 0, 0, 0],
    effective: ALL_CAPS,
    permitted: ALL_CAPS,
    bounding: ALL_CAPS,
    nspid: [pid],
    userns: INITIAL_USERNS,
    mntns: HOST_MOUNTS,
    netns: 4026531840,
    uid_map: null,
    gid_map: null,
    ...changed,
  };
}

/** A process in the container. */
export function boxProcess(pid: number, changed: Partial<ProcessFacts> = {}): ProcessFacts {
  const ids = [100000, 100000, 100000, 100000] as const;
  return processFacts(pid, { comm: 'agent', uid: ids, gid: ids, userns: BOX, mntns: BOX_MOUNTS, ...changed });
}

/** The initial user namespace. */
export const INIT_USERNS: UsernsFacts = {
  ino: INITIAL_USERNS,
  parent: null,
  owner: 0,
  uid_map: [[0, 0, 4294967295]],
  gid_map: [[0, 0, 4294967295]],
  cgroup: '0::/init.scope\n',
};

/** A user namespace of 65,536 ids from 100,000 on below the initial one, with other values where they are given. */
export function usernsFacts(ino: number, changed: Partial<UsernsFacts> = {}): UsernsFacts {
  return {
    ino,
    parent: INITIAL_USERNS,
    owner: 0,
    uid_map: [[0, 100000, 65536]],
    gid_map: [[0, 100000, 65536]],
    cgroup: null,
    ...changed,
  };
}

/** A mount namespace whose only mounts are bpffs instances with these devices and options. */
export function mountsFacts(
  ino: number,
  userns: number | null,
  bpffs: Readonly<Record<string, string>>,
): MountNamespaceFacts {
  const lines = Object.entries(bpffs).map(
    ([device, options], i) =>
      `${60 + i} 42 ${device} / /sys/fs/bpf${i === 0 ? '' : i} rw,relatime - bpf none rw${options}\n`,
  );
  return { ino, userns, mountinfo: `42 41 254:0 / / rw - ext4 /dev/vda rw\n${lines.join('')}` };
}

/** A descriptor of a token with these lines of masks. */
export function tokenFacts(
  pid: number,
  fd: number,
  masks: readonly string[],
  changed: Partial<TokenFacts> = {},
): TokenFacts {
  const lines = ['cmds', 'maps', 'progs', 'attachs'].map((mask, i) => `allowed_${mask}:\t${masks[i] ?? '0x0'}\n`);
  const fdinfo = `pos:\t0\nflags:\t02000002\nmnt_id:\t62\nino:\t100\n${lines.join('')}`;
  return { pid, fd, link: '/bpf-token (deleted)', device: '0:38', ino: 100, fdinfo, info: null, ...changed };
}

/** A host with a container: a bpffs that delegates, and a token that its agent holds. */
export const SMALL_HOST: HostFacts = {
  schema: FACTS_SCHEMA,
  kernel: '6.18.44-generic',
  machine: 'x86_64',
  reader: { euid: 0, userns: INITIAL_USERNS },
  relations: 'perl',
  unprivileged_bpf_disabled: 2,
  lsm: ['capability', 'yama'],
  userns: [INIT_USERNS, usernsFacts(BOX, { cgroup: '0::/lxc.payload.web1/init.scope\n' })],
  mount_namespaces: [
    mountsFacts(HOST_MOUNTS, INITIAL_USERNS, { '0:30': ',mode=700' }),
    mountsFacts(BOX_MOUNTS, BOX, {
      '0:38': ',uid=100000,gid=100000,delegate_cmds=map_create:prog_load,delegate_maps=any,delegate_progs=xdp',
    }),
  ],
  processes: [processFacts(1), processFacts(7), boxProcess(100)],
  tokens: [tokenFacts(100, 9, ['0x21', 'any', '0x40'])],
  kernel_threads: 5,
  ended: 1,
  unseen: [],
};
