import { systemdNames } from '../../dist/dialects/systemd/bpf_names.js';
import { SETTING_OF_MASK } from '../../dist/dialects/systemd/name_list.js';
import { MASK_NAMES } from '../../dist/kernel/masks.js';
import { randomFrom } from './random_from.mjs';

const START = '[Service]\nType=oneshot\nStandardOutput=append:/run/printed\n';
const ON = 'PrivateBPF=yes\nDelegateNamespaces=mnt\nBPFDelegateCommands=any\n';

/** Settings that decide the owner of a bpffs and the credentials of a process, each with values to draw from. */
const DRAWN = {
  DelegateNamespaces: [
    'mnt',
    'mnt',
    'yes',
    'no',
    'net',
    'pid',
    'cgroup',
    'uts',
    'ipc',
    'uts ipc',
    '~mnt',
    '~mnt net pid cgroup',
    'user',
  ],
  PrivateUsers: ['no', 'yes', 'self', 'identity', 'full'],
  User: ['0', 'root', '1234', 'user', '60000', 'nobody', '70000'],
  DynamicUser: ['yes', 'no'],
  AmbientCapabilities: ['CAP_BPF', 'CAP_NET_ADMIN', 'CAP_BPF CAP_PERFMON', '~CAP_BPF', 'CAP_SYS_ADMIN'],
  CapabilityBoundingSet: [
    'CAP_BPF',
    '~CAP_BPF',
    'CAP_BPF CAP_SYS_ADMIN',
    'CAP_SYS_ADMIN',
    '~CAP_SYS_ADMIN',
    'CAP_NET_ADMIN CAP_SETUID',
  ],
  SecureBits: ['noroot', 'keep-caps', 'noroot noroot-locked', 'no-setuid-fixup'],
  PrivateNetwork: ['yes'],
  PrivatePIDs: ['yes'],
  PrivateDevices: ['yes'],
  PrivateMounts: ['yes', 'no'],
  ProtectKernelTunables: ['yes'],
  ProtectKernelModules: ['yes'],
  ProtectKernelLogs: ['yes'],
  ProtectClock: ['yes'],
  ProtectControlGroups: ['yes', 'private', 'strict'],
  ProtectSystem: ['strict', 'full'],
  ProtectProc: ['invisible'],
  NoNewPrivileges: ['yes'],
  RestrictNamespaces: ['yes'],
  PrivateTmp: ['yes'],
};

/** Units that a reader could take for something else than they are. */
const ODD = {
  'pam-kill-mode': `${ON}PAMName=login\nKillMode=process`,
  'exec-bpf-init': 'PrivateBPF=yes\nBPFDelegateCommands=any\nExecPaths=/sys/fs/bpf',
  'restrict-other': `${ON}RestrictFileSystems=~minix`,
  'restrict-init': 'PrivateBPF=yes\nBPFDelegateCommands=any\nRestrictFileSystems=~bpf',
  'restrict-api-init': 'PrivateBPF=yes\nBPFDelegateCommands=any\nRestrictFileSystems=~@privileged-api',
  'restrict-reset': `${ON}RestrictFileSystems=~bpf\nRestrictFileSystems=`,
  'restrict-bpf': `${ON}RestrictFileSystems=~bpf`,
  'inaccessible-sys-user': `${ON}User=1234\nAmbientCapabilities=CAP_BPF\nInaccessiblePaths=/sys`,
  'inaccessible-user': `${ON}User=1234\nAmbientCapabilities=CAP_BPF\nInaccessiblePaths=/sys/fs/bpf`,
  'bind-option': `${ON}BindReadOnlyPaths=/sys/fs/bpf:/sys/fs/bpf:norbind`,
  'filter-group-removed': `${ON}SystemCallFilter=@privileged @system-service\nSystemCallFilter=~@privileged`,
  'filter-kill': `${ON}SystemCallFilter=~bpf:kill\nSystemCallErrorNumber=EPERM`,
  'exec-plus': `${ON}ExecStart=+/probe %n`,
  'exec-bang': `${ON}User=1234\nExecStart=!/probe %n`,
  'exec-bang-bang': `${ON}User=1234\nExecStart=!!/probe %n`,
  'exec-bang-dash': `${ON}User=1234\nExecStart=-!/probe %n`,
  'exec-plus-bang': `${ON}User=1234\nExecStart=+!/probe %n`,
  'exec-at': `${ON}ExecStart=@/probe probe %n`,
  'exec-two': `${ON}User=1234\nExecStart=/probe %n\nExecStart=+/probe %n`,
  'empty-delegate': 'PrivateBPF=yes\nDelegateNamespaces=\nBPFDelegateCommands=any',
  nothing: 'PrivateBPF=yes\nDelegateNamespaces=mnt',
  off: 'DelegateNamespaces=mnt\nBPFDelegateCommands=any',
  'off-tunables': 'DelegateNamespaces=mnt\nBPFDelegateCommands=any\nProtectKernelTunables=yes',
  'managed-user': `${ON}PrivateUsers=managed\nUser=1`,
  'managed-group': `${ON}PrivateUsers=managed\nGroup=1`,
  'managed-pam': `${ON}PrivateUsers=managed\nPAMName=login`,
  'identity-high': `${ON}PrivateUsers=identity\nUser=70000`,
  'full-high': `${ON}PrivateUsers=full\nUser=70000`,
  'userns-path-users': `${ON}UserNamespacePath=/proc/1/ns/user\nPrivateUsers=yes`,
  'work-sys': `${ON}WorkingDirectory=/sys/fs/bpf`,
  'work-home': `${ON}WorkingDirectory=~\nDynamicUser=yes`,
  pids: `${ON}PrivatePIDs=yes`,
  'pids-delegated': 'PrivateBPF=yes\nDelegateNamespaces=mnt pid\nBPFDelegateCommands=any\nPrivatePIDs=yes',
  'pids-all': 'PrivateBPF=yes\nDelegateNamespaces=yes\nBPFDelegateCommands=any\nPrivatePIDs=yes',
  'pids-off': 'DelegateNamespaces=yes\nBPFDelegateCommands=any\nPrivatePIDs=yes',
  'dynamic-number': `${ON}DynamicUser=yes\nUser=1234`,
  'dynamic-root': `${ON}DynamicUser=yes\nUser=root`,
  'dynamic-known': `${ON}DynamicUser=yes\nUser=user`,
  'dynamic-name': `${ON}DynamicUser=yes\nUser=fresh`,
  'bits-keep-caps': `${ON}User=1234\nSecureBits=keep-caps`,
  'bits-no-fixup': `${ON}User=1234\nSecureBits=no-setuid-fixup`,
  'bang-ambient': `${ON}User=1234\nAmbientCapabilities=CAP_NET_ADMIN\nExecStart=!/probe %n`,
  'bang-dynamic': `${ON}DynamicUser=yes\nExecStart=!/probe %n`,
  'exec-relative': `${ON}ExecStart=sub/probe %n`,
  'exec-quoted': `${ON}ExecStart="+/probe" %n`,
  'exec-directory': `${ON}ExecStart=/probe/ %n`,
  'read-write-bpf': `${ON}ReadWritePaths=/sys/fs/bpf`,
  'exec-bpf': `${ON}ExecPaths=/sys/fs/bpf`,
  'no-exec-bpf': `${ON}NoExecPaths=/sys/fs/bpf`,
  'read-only-bpf-slash': `${ON}ReadOnlyPaths=-/sys//fs/bpf/`,
  'read-only-below': `${ON}ReadOnlyPaths=-/sys/fs/bpf/x`,
  'inaccessible-below': `${ON}InaccessiblePaths=-/sys/fs/bpf/x`,
  'inaccessible-and-bind': `${ON}InaccessiblePaths=/sys\nBindPaths=/srv:/sys/fs/bpf`,
  'identity-edge': `${ON}PrivateUsers=identity\nUser=65534`,
  'forking-pids': `${ON}Type=forking\nPrivatePIDs=yes`,
  nobody: `${ON}User=nobody`,
  'user-65535': `${ON}User=65535`,
  'read-only-sys': `${ON}ReadOnlyPaths=/sys`,
  'read-only-bpf': `${ON}ReadOnlyPaths=/sys/fs/bpf`,
  'inaccessible-sys': `${ON}InaccessiblePaths=/sys`,
  'inaccessible-bpf': `${ON}InaccessiblePaths=/sys/fs/bpf`,
  'inaccessible-optional': `${ON}InaccessiblePaths=-/sys/fs`,
  'inaccessible-reset': `${ON}InaccessiblePaths=/sys/fs/bpf\nInaccessiblePaths=`,
  'tmpfs-sys': `${ON}TemporaryFileSystem=/sys:ro`,
  'tmpfs-bpf': `${ON}TemporaryFileSystem=/sys/fs/bpf`,
  'bind-sys': `${ON}BindReadOnlyPaths=/sys`,
  'bind-bpf': `${ON}BindPaths=/sys/fs/bpf`,
  'bind-over': `${ON}BindPaths=/srv:/sys/fs/bpf`,
  'bind-from': `${ON}BindPaths=/sys/fs/bpf:/srv`,
  'no-exec-sys': `${ON}NoExecPaths=/sys`,
  'root-directory-slash': `${ON}RootDirectory=/`,
  'mount-api': `${ON}MountAPIVFS=yes`,
  'mount-flags': `${ON}MountFlags=slave`,
  'filter-deny': `${ON}SystemCallFilter=~bpf`,
  'filter-deny-errno': `${ON}SystemCallFilter=~bpf:EACCES`,
  'filter-errno-number': `${ON}SystemCallFilter=~bpf\nSystemCallErrorNumber=ENOSYS`,
  'filter-privileged': `${ON}SystemCallFilter=~@privileged:EPERM`,
  'filter-mount': `${ON}SystemCallFilter=~@mount`,
  'filter-allow': `${ON}SystemCallFilter=@system-service`,
  'filter-allow-bpf': `${ON}SystemCallFilter=@system-service bpf`,
  'filter-allow-then': `${ON}SystemCallFilter=@system-service\nSystemCallFilter=bpf`,
  'filter-deny-then': `${ON}SystemCallFilter=~bpf\nSystemCallFilter=bpf`,
  'filter-reset': `${ON}SystemCallFilter=~bpf\nSystemCallFilter=`,
  'filter-user': `${ON}User=1234\nAmbientCapabilities=CAP_BPF\nSystemCallFilter=~@clock`,
  'delegate-reset': `${ON}DelegateNamespaces=~mnt`,
  'delegate-no': `${ON}DelegateNamespaces=no`,
  'delegate-user': 'PrivateBPF=yes\nBPFDelegateCommands=any\nDelegateNamespaces=user mnt',
  'delegate-all-but-user': 'PrivateBPF=yes\nBPFDelegateCommands=any\nDelegateNamespaces=~user',
  'delegate-nothing-known': 'PrivateBPF=yes\nBPFDelegateCommands=any\nDelegateNamespaces=bogus',
  'socket-section': `${ON}[Socket]\nPrivateBPF=no`,
  'ambient-without-bounding': `${ON}User=7\nAmbientCapabilities=CAP_BPF\nCapabilityBoundingSet=~CAP_BPF`,
  noroot: `${ON}SecureBits=noroot`,
  'noroot-then': `${ON}SecureBits=noroot\nSecureBits=keep-caps`,
  'noroot-quoted': `${ON}SecureBits=keep-caps "noroot"`,
  'noroot-ambient': `${ON}SecureBits=noroot\nAmbientCapabilities=CAP_BPF`,
  selinux: `${ON}SELinuxContext=-system_u:system_r:init_t:s0`,
  apparmor: `${ON}AppArmorProfile=-nosuch`,
  'commands-out-of-mask': `${ON}BPFDelegatePrograms=any\nBPFDelegateMaps=any\nBPFDelegateAttachments=any`,
};

/** Each name of the tables by itself: the n-th unit delegates the n-th bit of each mask by its name. */
function nameUnits() {
  const count = Math.max(...MASK_NAMES.map((mask) => systemdNames(mask).length));
  return Array.from({ length: count }, (_, bit) => [
    `name-${bit}`,
    MASK_NAMES.map((mask) => `${SETTING_OF_MASK[mask]}=${systemdNames(mask)[bit] ?? ''}\n`).join('') +
      'PrivateBPF=yes\nDelegateNamespaces=mnt\n',
  ]);
}

function randomSettings(pick) {
  const lines = Object.entries(DRAWN).flatMap(([key, values], i) =>
    // The first settings decide most.
    pick(i === 0 ? 4 : i < 6 ? 3 : 9) < (i === 0 ? 3 : 1) ? [`${key}=${values[pick(values.length)]}`] : [],
  );
  return `PrivateBPF=yes\nBPFDelegateCommands=${['any', 'BPFProgLoad', '', 'BPFMapCreate,BPFBtfLoad'][pick(4)]}\n${lines.join('\n')}`;
}

/** Units that make a token: of each name, of odd settings, and `count` that a seed decides. */
export function tokenUnits(seed, count) {
  const pick = randomFrom(seed);
  const random = Array.from({ length: count }, (_, i) => [`random-${i}`, randomSettings(pick)]);
  return [...nameUnits(), ...Object.entries(ODD), ...random].map(([name, lines]) => ({
    name: `t-${name}.service`,
    text: `${START}${/^ExecStart=/m.test(lines) ? '' : 'ExecStart=/probe %n\n'}${lines}\n`,
    dropIns: [],
    isStarted: true,
  }));
}
