import { describe, expect, test } from 'vitest';
import { MASK_ANY } from '../../src/abi/bpf.js';
import { CAP_FULL_SET } from '../../src/abi/capabilities.js';
import { readDelegations } from '../../src/dialects/read_delegations.js';
import { MISPLACED, systemdBit, systemdNames } from '../../src/dialects/systemd/bpf_names.js';
import { KNOWN_SETTINGS } from '../../src/dialects/systemd/known_settings.generated.js';
import { MASK_KIND, MASK_NAMES } from '../../src/kernel/masks.js';
import { NEWEST_PROFILE } from '../../src/kernel/profile.js';
import { expectFullAccount } from './line_laws.js';

const unit = (lines: string, file = 'web.service') => ({ file, text: `[Service]\nExecStart=/bin/web\n${lines}` });
const read = (lines: string, dropIns: readonly string[] = []) =>
  readDelegations(
    unit(lines),
    { format: 'systemd-unit' },
    dropIns.map((text, i) => ({ file: `web.service.d/${i}.conf`, text })),
  );
const codes = (lines: string) =>
  read(lines).files.flatMap(({ warnings }) => warnings.map(({ code, line, column }) => `${code} ${line}:${column}`));
const only = (lines: string, dropIns?: readonly string[]) => read(lines, dropIns).delegations[0];

const ON = 'PrivateBPF=yes\nDelegateNamespaces=mnt\n';

describe('names', () => {
  test.each(MASK_NAMES)(
    '%s: each is the kernel’s, with each later word capitalised, and sets its bit, but for those that are listed',
    (mask) => {
      const kind = MASK_KIND[mask];
      const { enumerators } = NEWEST_PROFILE.vocabulary;
      const camel = (name: string) =>
        name
          .split('_')
          .map((word, i) => (i === 0 ? word : word[0] + word.slice(1).toLowerCase()))
          .join('');
      const known = new Map(enumerators[kind].map(({ name, value }) => [camel(name), value]));
      const wrong = systemdNames(mask).filter((name, bit) => known.get(name) !== bit);
      expect(wrong).toEqual(Object.keys(MISPLACED).filter((name) => systemdBit(mask, name) !== undefined));
      expect(systemdNames(mask).length).toBeGreaterThan(30);
    },
  );

  test('the name of netfilter sets the bit of syscall, which has none', () => {
    expect(codes(`${ON}BPFDelegatePrograms=BPFProgTypeNetfilter`)).toEqual(['bit-of-another-name 5:21']);
    expect(only(`${ON}BPFDelegatePrograms=BPFProgTypeNetfilter`)?.masks.progs.bits).toBe(1n << 31n);
    expect(systemdBit('progs', 'BPFProgTypeSyscall')).toBeUndefined();
  });
});

describe('lists', () => {
  test.each<readonly [value: string, bits: bigint, warnings: readonly string[]]>([
    ['BPFMapCreate,BPFProgLoad', 0x21n, []],
    ['BPFMapCreate,,BPFProgLoad,', 0x21n, []],
    ['any', MASK_ANY, []],
    ['', 0n, []],
    ['any,BPFMapCreate', 1n, ['bad-value 5:21']],
    ['BPFMapCreate, BPFProgLoad', 1n, ['space-in-list 5:34']],
    ['BPFMapCreate,0x20,~BPFBtfLoad', 1n, ['bad-value 5:34', 'bad-value 5:39']],
    ['BPFMapCreate:BPFProgLoad', 0n, ['colon-between-names 5:21']],
    ['map_create,PROG_LOAD', 0n, ['name-with-prefix 5:21', 'name-with-prefix 5:32']],
    ['BPFMapTypeHash', 0n, ['name-of-other-mask 5:21']],
    ['BPFProgLod', 0n, ['misspelt-name 5:21']],
    ['BPFMapCreate # why', 0n, ['trailing-comment 5:33']],
    ['BPFMap\\Create', 1n, []],
    ['"BPFMapCreate"', 0n, ['misspelt-name 5:21']],
    // The backslash becomes a space, which is part of the name.
    ['BPFMapCreate,\\\n# inside\nBPFProgLoad', 1n, ['space-in-list 5:34']],
    ['BPFMapCreate\\\n,BPFProgLoad', 0x20n, ['space-in-list 5:21']],
    ['BPFMapCreate,\\\n BPFProgLoad', 1n, ['space-in-list 5:34']],
  ])('%j', (value, bits, warnings) => {
    const lines = `${ON}BPFDelegateCommands=${value}`;
    expect(only(lines)?.masks.cmds.bits).toBe(bits);
    expect(codes(lines)).toEqual(warnings);
  });

  test('a bit of a line that is joined keeps its own line', () => {
    const origins = only(`${ON}BPFDelegateCommands=\\\n# inside\nBPFMapCreate,BPFProgLoad`)?.masks.cmds.origins;
    expect(origins?.map(({ bit, at }) => [bit, at.line, at.column])).toEqual([
      [0, 7, 1],
      [5, 7, 14],
    ]);
  });

  test('a later assignment replaces, in drop-ins too; an empty one resets without a warning', () => {
    const lines = `${ON}BPFDelegateCommands=BPFMapCreate\nBPFDelegateCommands=bad`;
    expect(only(lines)?.masks.cmds.bits).toBe(0n);
    expect(codes(lines)).toEqual(['later-assignment-replaces 6:1', 'misspelt-name 6:21']);
    const reset = [`[Service]\nBPFDelegateCommands=\nBPFDelegateCommands=BPFProgLoad\n`];
    const { files, delegations } = read(`${ON}BPFDelegateCommands=BPFMapCreate\n`, reset);
    expect(delegations[0]?.masks.cmds).toMatchObject({ bits: 0x20n, at: { file: 'web.service.d/0.conf', line: 3 } });
    expect(files.map(({ status }) => status)).toEqual(['passed', 'passed']);
  });
});

describe('the owner of the bpffs, and the process', () => {
  const ALL = CAP_FULL_SET;
  test.each<readonly [settings: string, owner: string, userns: string, uid: number, caps: bigint, code?: string]>([
    ['DelegateNamespaces=mnt', 'own', 'own', 0, ALL],
    ['DelegateNamespaces=yes', 'own', 'own', 0, ALL],
    ['DelegateNamespaces=net', 'own', 'own', 0, ALL],
    ['PrivateUsers=no\nDelegateNamespaces=mnt', 'own', 'own', 0, ALL],
    ['DelegateNamespaces=no', 'init', 'own', 0, ALL, 'wrong-userns'],
    ['DelegateNamespaces=uts', 'init', 'own', 0, ALL, 'wrong-userns'],
    ['DelegateNamespaces=mnt\nDelegateNamespaces=', 'init', 'init', 0, ALL, 'wrong-userns'],
    ['DelegateNamespaces=mnt net\nDelegateNamespaces=~mnt net', 'init', 'own', 0, ALL, 'wrong-userns'],
    ['PrivateUsers=yes', 'init', 'own', 0, ALL, 'wrong-userns'],
    ['PrivateMounts=yes', 'init', 'init', 0, ALL, 'wrong-userns'],
    ['DelegateNamespaces=mnt\nUser=1234', 'own', 'own', 1234, 0n],
    ['DelegateNamespaces=mnt\nUser=0', 'own', 'own', 0, ALL],
    ['DelegateNamespaces=mnt\nDynamicUser=yes\nAmbientCapabilities=CAP_BPF', 'own', 'own', 61184, 1n << 39n],
    [
      'DelegateNamespaces=mnt\nUser=7\nAmbientCapabilities=CAP_BPF\nCapabilityBoundingSet=~CAP_BPF',
      'own',
      'own',
      7,
      0n,
    ],
    ['DelegateNamespaces=mnt\nCapabilityBoundingSet=~CAP_BPF', 'own', 'own', 0, ALL & ~(1n << 39n)],
    ['DelegateNamespaces=mnt\nUser=nobody', 'own', 'own', 65534, 0n],
    ['DelegateNamespaces=mnt\nUser=root\nDynamicUser=yes', 'own', 'own', 0, ALL],
    ['DelegateNamespaces=mnt\nUser=1234\nDynamicUser=yes', 'own', 'own', 1234, 0n],
    ['DelegateNamespaces=mnt\nUser=1234\nExecStart=\nExecStart=-!/bin/web', 'own', 'own', 0, ALL],
    ['DelegateNamespaces=mnt\nUser=1234\nExecStart=\nExecStart=!!/bin/web', 'own', 'own', 1234, 0n],
    ['DelegateNamespaces=mnt\nSecureBits=noroot', 'own', 'own', 0, 0n],
    ['DelegateNamespaces=mnt\nSecureBits=noroot\nSecureBits=keep-caps', 'own', 'own', 0, ALL],
    ['DelegateNamespaces=mnt\nSecureBits=noroot\nAmbientCapabilities=CAP_BPF', 'own', 'own', 0, 1n << 39n],
    ['DelegateNamespaces=mnt\nPrivateDevices=yes', 'own', 'own', 0, ALL & ~((1n << 27n) | (1n << 17n))],
    ['DelegateNamespaces=mnt\nProtectClock=yes\nProtectClock=no', 'own', 'own', 0, ALL],
  ])('%j', (settings, owner, userns, uid, caps, code) => {
    const lines = `PrivateBPF=yes\n${settings}\nBPFDelegateCommands=any`;
    expect(only(lines)).toMatchObject({ owner, process: { userns, uid, caps }, unusable: undefined });
    expect(codes(lines).map((one) => one.split(' ')[0])).toEqual(code === undefined ? [] : [code]);
  });

  test.each([
    ['BPFDelegateCommands=any', 'PrivateBPF= is not on'],
    ['PrivateBPF=yes\nPrivateBPF=no\nBPFDelegateCommands=any', 'PrivateBPF= is not on'],
    [`${ON}ExecStart=\nExecStart=+/bin/web\nBPFDelegateCommands=any`, 'ExecStart=+'],
    [`${ON}PrivateUsers=managed\nUser=web\nBPFDelegateCommands=any`, 'systemd refuses the unit'],
    [`${ON}PrivateUsers=managed\nGroup=web\nBPFDelegateCommands=any`, 'systemd refuses the unit'],
    [`${ON}WorkingDirectory=/sys/fs/bpf\nBPFDelegateCommands=any`, 'systemd refuses the unit'],
    [`${ON}WorkingDirectory=~\nDynamicUser=yes\nBPFDelegateCommands=any`, 'systemd refuses the unit'],
    [`${ON}ExecStart=/bin/other\nBPFDelegateCommands=any`, 'systemd refuses the unit'],
    [`${ON}ExecStart=\nExecStart=+!/bin/web\nBPFDelegateCommands=any`, 'systemd refuses the unit'],
    [`${ON}ExecStart=\nExecStart=sub/web\nBPFDelegateCommands=any`, 'systemd refuses the unit'],
    [`${ON}PrivatePIDs=yes\nBPFDelegateCommands=any`, 'the unit fails (226/NAMESPACE or 217/USER)'],
    [`${ON}PrivateUsers=identity\nUser=70000\nBPFDelegateCommands=any`, 'the unit fails (217/USER)'],
    [`${ON}BPFDelegateCommands=any\nDynamicUser=maybe`, 'systemd refuses the unit'],
    [`${ON}BPFDelegateCommands=any\n[Service`, 'systemd refuses the unit'],
  ])('%j: no token', (lines, why) => {
    expect(only(lines)?.unusable).toContain(why);
  });

  test('a value that systemd ignores leaves the one before it', () => {
    expect(only(`${ON}PrivateBPF=maybe\nDelegateNamespaces=user\nBPFDelegateCommands=any`)).toMatchObject({
      owner: 'own',
      unusable: undefined,
    });
  });

  test('of a drop-in that is refused only the rest is lost; of a unit that is refused no drop-in is read', () => {
    const { delegations } = read(`${ON}BPFDelegateCommands=any`, [
      '[Service]\nBPFDelegateMaps=any\nDynamicUser=x\nBPFDelegateMaps=\n',
    ]);
    expect(delegations[0]).toMatchObject({ masks: { maps: { bits: MASK_ANY } }, unusable: undefined });
    const refused = read(`${ON}BPFDelegateCommands=any\nUser=a/b`, ['[Service]\nBPFDelegateMaps=any\n']);
    expect(refused.delegations[0]?.masks.maps.bits).toBe(0n);
  });
});

test('lines outside, unknown settings and sections are told; X- ones are not', () => {
  expect(
    codes(
      'BPFDelegateCommand=BPFProgLoad\nX-Own=1\n[X-Mine]\nany=thing\nno equals\n[Servce]\nfoo\n[Socket]\n[Service]\nno equals\n=x\n',
    ),
  ).toEqual(['unknown-setting 3:1', 'unknown-section 8:1', 'unknown-section 10:1', 'malformed 12:1', 'malformed 13:1']);
  expect(readDelegations({ file: 'f', text: 'PrivateBPF=yes\n[Service]\n' }).files[0]?.warnings).toMatchObject([
    { code: 'outside-section', line: 1 },
  ]);
});

test('systemd before 258 ignores all of it', () => {
  const { files, delegations } = readDelegations(unit(`${ON}BPFDelegateCommands=any`), { systemd: 257 });
  expect(files[0]?.warnings.map(({ code }) => code)).toEqual(Array(3).fill('setting-of-later-version'));
  expect(delegations).toEqual([]);
});

describe('what a process meets in place of its bpffs', () => {
  test.each<readonly [settings: string, why: string | undefined]>([
    ['InaccessiblePaths=-/sys/fs', '(ENOENT)'],
    ['InaccessiblePaths=/sys/fs/bpf', '(EACCES, or EINVAL for root)'],
    ['InaccessiblePaths=/sys/fs/bpf\nInaccessiblePaths=', undefined],
    ['InaccessiblePaths=/sys/fs/bpf/x', undefined],
    ['InaccessibleDirectories=/sys', '(ENOENT)'],
    ['InaccessiblePaths=/sys\nBindPaths=/srv:/sys/fs/bpf', '(ENOENT)'],
    // A mount above the bpffs is there before it; one at its place wins over it, whatever the setting.
    ['TemporaryFileSystem=/sys:ro', undefined],
    ['TemporaryFileSystem=/sys/fs/bpf:ro', '(EINVAL)'],
    ['BindReadOnlyPaths=/sys', undefined],
    ['BindPaths=/sys/fs/bpf', '(EPERM)'],
    ['BindPaths=/srv:/sys/fs/bpf', '(EINVAL)'],
    ['BindPaths=/sys/fs/bpf:/srv', undefined],
    ['ReadOnlyPaths=/sys', undefined],
    ['ReadOnlyPaths=-+/sys//fs/./bpf/', '(EPERM)'],
    ['ReadWritePaths="/sys/fs/bpf"', '(EPERM)'],
    ['NoExecPaths=/sys/fs/bpf', '(EPERM)'],
    ['ExecPaths=/sys/fs/bpf', '226/NAMESPACE'],
    ['SystemCallFilter=~bpf', 'bpf() is filtered'],
    ['SystemCallFilter=~bpf:EPERM', 'bpf() is filtered'],
    ['SystemCallFilter=~@privileged', 'bpf() is filtered'],
    ['SystemCallFilter=~@mount', undefined],
    ['SystemCallFilter=@system-service', 'bpf() is filtered'],
    ['SystemCallFilter=@system-service\nSystemCallFilter=bpf', undefined],
    ['SystemCallFilter=@system-service bpf\nSystemCallFilter=~bpf', 'bpf() is filtered'],
    ['SystemCallFilter=@system-service bpf\nSystemCallFilter=~bpf:EACCES', 'bpf() is filtered'],
    ['SystemCallFilter=~bpf\nSystemCallFilter=bpf', undefined],
    ['SystemCallFilter=~bpf\nSystemCallFilter=', undefined],
  ])('%j', (settings, why) => {
    const lines = `${ON}BPFDelegateCommands=any\n${settings}`;
    const unusable = only(lines)?.unusable;
    if (why === undefined) expect(unusable).toBeUndefined();
    else expect(unusable).toContain(why);
    const told = codes(lines).filter((code) => /bpffs-is-hidden|bpf-is-filtered|(?:refused|failing)-unit/.test(code));
    const code = why?.includes('226')
      ? 'failing-unit'
      : why?.includes('filtered')
        ? 'bpf-is-filtered'
        : 'bpffs-is-hidden';
    expect(told.map((one) => one.split(' ')[0])).toEqual(why === undefined ? [] : [code]);
  });
});

describe('systemctl cat', () => {
  const text = [
    '# /usr/lib/systemd/system/web.service',
    '[Service]',
    'ExecStart=/bin/web',
    'PrivateBPF=yes',
    'BPFDelegateCommands=BPFMapCreate,\\',
    '',
    '# /etc/systemd/system/web.service.d/10-a.conf',
    'DelegateNamespaces=mnt',
    '[Service]',
    'BPFDelegateCommands=',
    'BPFDelegateCommands=BPFProgLoad',
    'DelegateNamespaces=net',
    '',
    '# /etc/systemd/system/lib.socket',
    '[Socket]',
    'PrivateBPF=yes',
    'DelegateNamespaces=mnt',
    'BPFDelegateMaps=any',
    '[Service]',
    'PrivateBPF=no',
  ].join('\n');
  const { format, files, delegations } = readDelegations({ file: '<stdin>', text });

  test('each file is read by itself: a section and a continued line end with it', () => {
    expect(format).toBe('systemd-unit');
    expect(files[0]?.warnings.map(({ code, line }) => `${code} ${line}`)).toEqual([
      'outside-section 8',
      'unknown-section 19',
    ]);
  });

  test('a drop-in belongs to the unit before it; units stand apart', () => {
    expect(delegations).toMatchObject([
      { name: 'web.service', owner: 'own', masks: { cmds: { bits: 0x20n }, maps: { bits: 0n } } },
      { name: 'lib.socket', owner: 'own', masks: { cmds: { bits: 0n }, maps: { bits: MASK_ANY } } },
    ]);
  });
});

test('empty lines before the first file of systemctl cat have a note', () => {
  const source = { file: '<stdin>', text: '\n\n# /etc/systemd/system/web.service\n[Service]\nPrivateBPF=yes\n' };
  expectFullAccount(source, readDelegations(source, { format: 'systemd-unit' }));
});

describe('lines', () => {
  test.each<readonly [lines: string, cmds: bigint, warnings: readonly string[]]>([
    ['BPFDelegateCommands=BPFMapCreate\rBPFDelegateCommands=BPFProgLoad', 0x20n, ['later-assignment-replaces 5:34']],
    ['BPFDelegateCommands=BPFMapCreate\0# a comment\0\r', 1n, []],
    ['BPFDelegateCommands=BPFMapCreate\r', 1n, []],
    ['\ufeffBPFDelegateCommands=BPFMapCreate', 1n, []],
    ['\ufeff# no comment', 0n, ['malformed 5:2']],
    ['BPFDelegateCommands=BPFMapCreate\n[X-"a"]\nBPFDelegateCommands=', 1n, ['refused-unit 6:1']],
    ['BPFDelegateCommands=BPFMapCreate\n[]', 1n, ['refused-unit 6:1']],
    ['BPFDelegateCommands=BPFMapCreate\n[a*b]', 1n, ['refused-unit 6:1']],
    ['BPFDelegateCommands=BPFMapCreate\nX-Own=\ufdd0\nBPFDelegateCommands=', 1n, ['refused-unit 6:1']],
    ['BPFDelegateCommands=BPFMapCreate\nGroup=%z', 1n, ['refused-unit 6:7']],
    ['BPFDelegateCommands=BPFMapCreate\nUser=%i', 1n, ['refused-unit 6:6']],
    ['BPFDelegateCommands=BPFMapCreate\nUser=web-%p', 1n, []],
    ['BPFDelegateCommands=BPFMapCreate\nReadOnlyPaths=srv %h', 1n, ['bad-value 6:15']],
  ])('%j', (lines, cmds, warnings) => {
    const text = `${ON}${lines}`;
    expect(codes(text)).toEqual(warnings);
    expect(only(text)?.masks.cmds.bits).toBe(cmds);
  });
});

describe('systemd-run', () => {
  const run = (line: string) => readDelegations({ file: '<stdin>', text: line });

  test('properties in each form, over several lines', () => {
    const { format, files, delegations } = run(
      "$ sudo systemd-run --unit=web -p PrivateBPF=yes --property=DelegateNamespaces=mnt \\\n  -pBPFDelegateCommands='BPFProgLoad' --property BPFDelegateMaps=any -- prog -p BPFDelegateMaps=\n",
    );
    expect(format).toBe('systemd-run');
    expect(files[0]?.status).toBe('passed');
    expect(delegations[0]).toMatchObject({
      name: 'web.service',
      owner: 'own',
      masks: { cmds: { bits: 0x20n }, maps: { bits: MASK_ANY } },
    });
    expect(delegations[0]?.masks.cmds.origins[0]?.at).toMatchObject({ line: 2, column: 26 });
  });

  test('a user manager mounts no bpffs, and says nothing', () => {
    const { files, delegations } = run('systemd-run --user -p PrivateBPF=yes -p BPFDelegateCommands=BPFProgLoad prog');
    expect(files[0]?.warnings.map(({ code }) => code)).toEqual(['user-manager']);
    expect(delegations[0]?.unusable).toContain('user manager');
  });

  test('a property that there is none of is refused', () => {
    expect(
      run('systemd-run -p BPFDelegateCommand=any -p PrivateBPF=yes x').files[0]?.warnings.map(({ code, column }) => [
        code,
        column,
      ]),
    ).toEqual([
      ['unknown-setting', 16],
      ['wrong-userns', 42],
    ]);
  });
});

test('systemctl show: values as systemd prints them, several units', () => {
  const text = [
    'Id=web.service',
    'PrivateBPF=yes',
    'BPFDelegateCommands=BPFMapCreate,BPFProgLoad,40',
    'BPFDelegateMaps=any',
    'BPFDelegatePrograms=',
    'DelegateNamespaces=131072',
    'PrivateUsers=no',
    'User=',
    'AmbientCapabilities=',
    'CapabilityBoundingSet=cap_bpf cap_net_admin',
    'Nice=0',
    '',
    'Id=plain.service',
    'PrivateBPF=no',
    'DelegateNamespaces=18446744073709551615',
  ].join('\n');
  const { format, files, delegations } = readDelegations({ file: 'f', text });
  expect(format).toBe('systemctl-show');
  expect(files[0]?.status).toBe('passed');
  expect(delegations).toHaveLength(1);
  expect(delegations[0]).toMatchObject({
    name: 'web.service',
    owner: 'own',
    process: { userns: 'own', uid: 0, caps: (1n << 39n) | (1n << 12n) },
    masks: { cmds: { bits: 0x100_0000_0021n }, maps: { bits: MASK_ANY }, progs: { bits: 0n } },
  });
});

test('the known settings have those that are read', () => {
  expect(Object.keys(KNOWN_SETTINGS)).toEqual(
    expect.arrayContaining(['Unit', 'Service', 'Socket', 'Mount', 'Swap', 'Install']),
  );
  for (const name of ['PrivateBPF', 'BPFDelegateMaps', 'DelegateNamespaces', 'UserNamespacePath', 'ExecStart']) {
    expect(KNOWN_SETTINGS.Service).toContain(name);
  }
  expect(KNOWN_SETTINGS.Socket).not.toContain('ExecStart');
});
