import { randomFrom } from './random_from.mjs';

const NAMES = {
  BPFDelegateCommands: [
    'BPFMapCreate',
    'BPFProgLoad',
    'BPFBtfLoad',
    'BPFTokenCreate',
    'BPFProgTestRun',
    'BPFProgRun',
    'BPFMapGetNextKey',
    'BPFLinkCreate',
  ],
  BPFDelegateMaps: [
    'BPFMapTypeHash',
    'BPFMapTypeLruHash',
    'BPFMapTypeCgroupStorage',
    'BPFMapTypeCgroupStorageDeprecated',
    'BPFMapTypeDevmapHash',
    'BPFMapTypeInsnArray',
    'BPFMapTypeUnspec',
  ],
  BPFDelegatePrograms: [
    'BPFProgTypeXdp',
    'BPFProgTypeNetfilter',
    'BPFProgTypeSyscall',
    'BPFProgTypeLwtSeg6local',
    'BPFProgTypeSkLookup',
    'BPFProgTypeStructOps',
    'BPFProgTypeKprobe',
  ],
  BPFDelegateAttachments: [
    'BPFXdp',
    'BPFCgroupInet4Bind',
    'BPFCgroupInetIngress',
    'BPFTraceKprobeMulti',
    'BPFNetkitPeer',
    'BPFCgroupUdp6Recvmsg',
    'BPFStructOps',
  ],
};
const BAD = [
  'xdp',
  'BPFXpd',
  'bpfprogload',
  '5',
  '0x20',
  '~BPFProgLoad',
  'any',
  'ANY',
  'BPFMapCreate:BPFProgLoad',
  '"BPFProgLoad"',
  'BPFProgLoad BPFBtfLoad',
  "'any'",
  'BPFProg\\Load',
];
const BOOLEANS = ['yes', 'no', 'YES', 'on', '0', '1', 'true', 'f', 'maybe', '', 'y', 'yes # sure', 'si'];
const SEPARATORS = [',', ',', ',', ',,', ', ', ' ,', ' , ', ',\\\n', ', \\\n', ',\\\n# inside\n', ';', ' '];
const CAPABILITIES = [
  'CAP_BPF',
  'cap_net_admin',
  'CAP_PERFMON',
  '39',
  'bpf',
  'CAP_NONE',
  '~CAP_BPF',
  '',
  '~',
  'CAP_SYS_ADMIN CAP_BPF',
  '~CAP_SYS_ADMIN cap_bpf',
  '200',
];
const USERS = ['no', 'yes', 'self', 'identity', 'full', 'managed', 'maybe', '', 'Self'];
/** Other settings that decide something, with values good and bad. */
const OTHERS = {
  DelegateNamespaces: ['mnt', 'yes', 'no', '', '~mnt', 'user', 'net mnt', 'bogus', '~user', "'mnt'", 'mnt # why'],
  SecureBits: ['noroot', '', 'keep-caps noroot-locked', 'bogus'],
  Group: ['', '0', 'a/b', 'www', '%n', '%', '%z', '65535'],
  User: ['', '0', 'root', 'a/b', '-1', '%i', '%', '65535', '4294967295', 'a:b', '.', 'x y', '-x'],
  PrivatePIDs: ['yes', 'no', 'maybe'],
  PrivateDevices: ['yes', 'no', 'maybe'],
  ProtectKernelModules: ['yes', 'no', '', 'maybe'],
  ProtectKernelLogs: ['yes', 'no'],
  ProtectClock: ['yes', '1'],
  WorkingDirectory: ['/sys', '/', '', '~', '-~', 'rel', '-rel', '/proc/1', '/sysx', '//sys/fs', '/devices', '-/dev'],
  UserNamespacePath: ['/proc/1/ns/user', '', 'relative'],
  NetworkNamespacePath: ['/run/ns', '', 'relative'],
  PrivateNetwork: ['yes', 'no', 'maybe'],
  KillMode: ['', 'none', 'process', 'mixed', 'all'],
  RestrictFileSystems: ['', '~bpf', 'tmpfs'],
  SystemCallFilter: ['', '~bpf', 'bpf', '@system-service'],
  PAMName: ['login', ''],
  Type: ['oneshot', 'oneshot', 'simple', 'forking', 'bogus', 'exec', 'dbus', 'notify', ''],
  Restart: ['always', 'on-success', 'on-failure', 'no', 'bogus', ''],
  ExitType: ['main', 'cgroup', 'bogus'],
  // systemd refuses the second unit of a name.
  BusName: ['a.%p', 'org.example.%p', 'web', '', ':1.%p', 'a..b', '1a.b', '%p.b-c', '%p.x'],
  RemainAfterExit: ['yes', 'no', 'maybe'],
  SupplementaryGroups: ['', 'a b 7', 'a:b', 'a %z', '%n', '"a"', '0'],
  RootDirectory: ['', '/', 'rel', '/a%Z', '%h/x', '%%x', '-/x'],
  RootImage: ['', '/x.raw', 'x.raw'],
  ExecStartPre: ['', '/bin/a', 'a/b', '-a/b', '/bin/a %Z', '/bin/a "b'],
  ExecReload: ['', '/bin/a', '@/bin/a', '@/bin/a b', 'a/b'],
  ExecStop: ['', '/bin/a', 'a/b', '+/bin/a ; /bin/b'],
  ExecStopPost: ['', '/bin/a', 'a/b', '/bin/a "b" \'c d\''],
  ExecStart: [
    '',
    '/bin/true',
    '+/bin/true',
    '!/bin/x',
    '!!/bin/x',
    '+!/bin/x',
    '-+!/bin/x',
    'sub/x',
    '-sub/x',
    'true',
    '/bin/',
    '@/bin/x y',
    '|x',
    '-',
    '"/bin/a b"',
    '%z',
    '/a/../b',
    '..',
    '/bin/a ; /bin/b',
    '/bin/a ; b/c',
    '/bin/a ; -b/c',
    '/bin/a ;',
    '; /bin/a',
    ';',
    '/bin/a \\; /bin/b',
    '/bin/a ;x',
    '/bin/a "b',
    '-/bin/a "b',
    '"/bin/a',
    '/bin/date "+%F"',
    '/bin/date "+%%F"',
    '-/bin/date +%Z',
    '@/bin/a',
    '-@/bin/a',
    '|',
    '/bin/\\x61 b\\tc',
  ],
  InaccessiblePaths: ['/sys', '', '-/x', 'rel'],
};
const JUNK = [
  '',
  '# comment',
  '; comment',
  '  # indented',
  'NotAKey=1',
  'X-Own=1',
  'no equals sign',
  '=value',
  '[Unknown]',
  '[X-Own]',
  '[Service]',
  '[Service]  ',
  '\t[Service]',
  'BPFDelegateCommand=BPFProgLoad',
  'Description=x',
  'JobTimeoutSec=4',
  'MemoryLimit=5',
  'Capabilities=x',
  '[Unit]\nSuccessAction=exit\n[Service]',
  '[Unit]\nSuccessAction=bogus\n[Service]',
  '[Install]',
  '  Nice=5',
  'Key\\',
  '[]',
  '[service]',
  '[ Service]',
  '[Service',
  '[Service]x',
  '\\',
  'User=1000\rBPFDelegateMaps=BPFMapTypeHash',
  '#\rBPFDelegateCommands=any',
  'BPFDelegateMaps=BPFMapTypeHash\\\r,BPFMapTypeArray',
  '\ufeff[Service]',
  'privatebpf=yes',
  '.include /x',
  '[',
  '[X-"a"]',
  '[a*b]',
  '[X-\\a]',
  '[X-a]b]',
  '[Ser\tvice]',
  'Nice=5\rNice=6',
  'PrivateBPF=yes\r\n\rPrivateUsers=yes',
  'PrivateBPF=no\0PrivateUsers=full',
  '\ufeff# comment',
  '\ufeffPrivateBPF=yes',
  'PrivateBPF=yes\v',
  '\vPrivateBPF=yes',
  '\fPrivateUsers=yes',
  'PrivateUsers=\ufffeyes',
  'PrivateUsers=\u00a0yes',
  'X-\ufdd0=1',
  'BPFDelegateMaps =BPFMapTypeHash',
  '   BPFDelegateMaps=  BPFMapTypeHash  ',
];

/** The text of a list: names, good and bad, with all kinds of separators. */
function list(pick, key) {
  const count = pick(5);
  let text = '';
  for (let i = 0; i < count; i++) {
    const name =
      pick(6) === 0
        ? BAD[pick(BAD.length)]
        : pick(12) === 0
          ? NAMES.BPFDelegatePrograms[pick(7)]
          : NAMES[key][pick(NAMES[key].length)];
    text += (i === 0 ? '' : SEPARATORS[pick(pick(2) === 0 ? 3 : SEPARATORS.length)]) + name;
  }
  if (count === 0 && pick(3) === 0) return 'any';
  return pick(12) === 0 ? `${text} # a comment` : text;
}

function line(pick) {
  if (pick(5) === 0) {
    const key = Object.keys(OTHERS)[pick(Object.keys(OTHERS).length)];
    return `${key}=${OTHERS[key][pick(OTHERS[key].length)]}`;
  }
  const keys = Object.keys(NAMES);
  switch (pick(8)) {
    case 0:
      return `PrivateBPF=${BOOLEANS[pick(BOOLEANS.length)]}`;
    case 1:
      return `PrivateUsers=${USERS[pick(USERS.length)]}`;
    case 2:
      return `${['AmbientCapabilities', 'CapabilityBoundingSet'][pick(2)]}=${CAPABILITIES[pick(CAPABILITIES.length)]}`;
    case 3:
      return pick(2) === 0
        ? `DynamicUser=${BOOLEANS[pick(BOOLEANS.length)]}`
        : `User=${['', 'web', '0', 'root', '1000'][pick(5)]}`;
    case 4:
      return JUNK[pick(JUNK.length)];
    default: {
      const key = keys[pick(4)];
      return `${key}${pick(9) === 0 ? ' ' : ''}=${pick(9) === 0 ? ' ' : ''}${list(pick, key)}`;
    }
  }
}

/** The text of a unit or of a drop-in. */
function unitText(pick, isMain) {
  const lines = Array.from({ length: pick(7) + 1 }, () => line(pick));
  const start = isMain || pick(8) > 0 ? ['[Service]'] : [];
  const end = pick(5) === 0 ? '' : pick(6) === 0 ? '\\\n' : '\n';
  // A file without any sign of what it starts is read as a part of a unit.
  const first = pick(12) > 0 ? 'ExecStart=/bin/true' : 'RemainAfterExit=yes';
  return `${[...start, ...(isMain ? [first] : []), ...lines].join('\n')}${end}`;
}

/** Units by name, each with its text and its drop-ins, which a seed decides. */
export function randomUnits(seed, count) {
  const pick = randomFrom(seed);
  return Array.from({ length: count }, (_, i) => ({
    name: `u${String(i).padStart(5, '0')}.service`,
    text: unitText(pick, true),
    dropIns: Array.from({ length: pick(3) === 0 ? 1 + pick(2) : 0 }, (_, k) => ({
      name: `${['10-a', '05-b', '20-c'][(k + pick(3)) % 3]}.conf`,
      text: unitText(pick, false),
    })).filter(({ name }, k, all) => all.findIndex((other) => other.name === name) === k),
  }));
}
