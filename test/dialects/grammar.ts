import fc from 'fast-check';
import type { Format } from '../../src/dialects/formats.js';
import { systemdNames } from '../../src/dialects/systemd/bpf_names.js';
import { MASK_KIND, MASK_NAMES, type MaskName } from '../../src/kernel/masks.js';
import { NEWEST_PROFILE } from '../../src/kernel/profile.js';

// Files of each format as people have them: mostly right, with the faults that they make.

const namesOf = (mask: MaskName) => NEWEST_PROFILE.vocabulary.names(MASK_KIND[mask]);
const lines = (...parts: fc.Arbitrary<string>[]) =>
  fc.tuple(...parts).map((all) => all.filter((line) => line !== '').join('\n'));
const maybe = (part: fc.Arbitrary<string>) => fc.oneof({ weight: 3, arbitrary: part }, fc.constant(''));
const list = (item: fc.Arbitrary<string>, separator: string) =>
  fc.array(item, { minLength: 1, maxLength: 5 }).map((items) => items.join(separator));

/** A mask in the kernel's grammar. */
const kernelValue = (mask: MaskName) =>
  fc.oneof(
    { weight: 6, arbitrary: list(fc.constantFrom(...namesOf(mask)), ':') },
    fc.constant('any'),
    fc.nat(0xffff).map((n) => `0x${n.toString(16)}`),
    fc.constantFrom('map_crate', 'BPF_XDP', 'prog_load:0x1', ''),
  );

const options = fc
  .tuple(...MASK_NAMES.map((mask) => maybe(kernelValue(mask).map((value) => `delegate_${mask}=${value}`))))
  .map((all) => ['rw', ...all.filter((option) => option !== '')].join(','));

const path = fc.constantFrom('/sys/fs/bpf', '/run/agent\\040bpf', '/p');
const mountinfoLine = fc.oneof(
  fc.tuple(path, options).map(([where, what]) => `61 35 0:71 / ${where} rw,relatime shared:6 - bpf none ${what}`),
  fc.constantFrom(
    '28 1 254:1 / / rw - ext4 /dev/vda rw',
    '40 28 0:3 /sub /q rw - bpf none rw',
    '41 28 0:3 / /cut rw',
    '',
  ),
);
const table = (line: fc.Arbitrary<string>) =>
  fc.array(line, { minLength: 1, maxLength: 6 }).map((all) => `${all.join('\n')}\n`);

const systemdValue = (mask: MaskName) =>
  fc.oneof(
    { weight: 6, arbitrary: list(fc.constantFrom(...systemdNames(mask)), ',') },
    fc.constantFrom(
      'any',
      '',
      'BPFMapCreate, BPFProgLoad',
      'map_create',
      'BPFXpd',
      'BPFXdp # why',
      'BPFMapCreate,\\\nBPFProgLoad',
    ),
  );
const SETTING: Readonly<Record<MaskName, string>> = {
  cmds: 'BPFDelegateCommands',
  maps: 'BPFDelegateMaps',
  progs: 'BPFDelegatePrograms',
  attachs: 'BPFDelegateAttachments',
};
const settingsOf = (separator: string) =>
  lines(
    maybe(fc.constant('PrivateBPF=yes')),
    maybe(fc.constantFrom('DelegateNamespaces=mnt', 'PrivateUsers=yes', 'DelegateNamespaces=no')),
    ...MASK_NAMES.map((mask) => maybe(systemdValue(mask).map((value) => `${SETTING[mask]}=${value}`))),
    maybe(
      fc.constantFrom('User=web', 'DynamicUser=yes', 'AmbientCapabilities=CAP_BPF', 'Nice=5', 'Nise=5', '# a comment'),
    ),
  ).map((text) => (separator === '\n' ? text : text.replaceAll('\n', separator)));

const incusValue = (mask: MaskName) =>
  fc.oneof(
    { weight: 5, arbitrary: list(fc.constantFrom(...namesOf(mask)), ', ') },
    fc.constantFrom('any', '"0x21"', 'map_crate'),
  );
const containerConfig = (
  prefix: string,
  keys: readonly string[],
  value: (mask: MaskName) => fc.Arbitrary<string>,
  first: readonly string[],
) =>
  lines(
    fc.constant('config:'),
    ...first.map((line) => maybe(fc.constant(`  ${line}`))),
    ...MASK_NAMES.map((mask, i) =>
      maybe(value(mask).map((text) => `  ${prefix}${keys[i]}: ${text === '' ? '""' : text}`)),
    ),
    maybe(fc.constantFrom('  limits.cpu: "2"', '  security.nesting: "true"', `  ${prefix}nothing: any`)),
    fc.constant('description: ""\nname: web'),
  ).map((text) => `${text}\n`);

const words = (mask: MaskName) => fc.array(fc.constantFrom(...namesOf(mask)), { maxLength: 4 });
const fdinfo = fc
  .tuple(
    ...MASK_NAMES.map(() =>
      fc.oneof(
        fc.constant('any'),
        fc.nat().map((n) => `0x${n.toString(16)}`),
        fc.constantFrom('7', ''),
      ),
    ),
  )
  .map(
    (all) =>
      `pos:\t0\nflags:\t02000002\nmnt_id:\t62\nino:\t7\n${all.map((value, i) => `allowed_${MASK_NAMES[i]}:\t${value}`).join('\n')}\n`,
  );

/** Texts of each format. */
export const GRAMMAR: Readonly<Record<Format, fc.Arbitrary<string>>> = {
  'systemd-unit': fc
    .tuple(settingsOf('\n'), fc.constantFrom('[Service]', '[Service]', '[Servce]'))
    .map(([text, head]) => `[Unit]\nDescription=x\n${head}\nExecStart=/bin/x\n${text}\n`),
  'systemd-run': settingsOf('\n').map(
    (text) =>
      `# run\nsystemd-run ${text
        .replace(/\\\n/g, '')
        .split('\n')
        .map((line) => `-p '${line}'`)
        .join(' ')} prog\n`,
  ),
  'systemctl-show': settingsOf('\n').map((text) => `Id=web.service\nNice=0\n${text.replace(/\\\n/g, '')}\n`),
  incus: containerConfig('security.bpffs.delegate_', MASK_NAMES, incusValue, [
    'security.bpffs.path: /run/bpf',
    'security.privileged: "true"',
  ]),
  'incus-command': table(
    fc.oneof(
      ...MASK_NAMES.map((mask) =>
        incusValue(mask).map((value) => `incus config set web 'security.bpffs.delegate_${mask}=${value}'`),
      ),
      fc.constantFrom('incus list', '# a comment'),
    ),
  ),
  lxd: containerConfig(
    'security.delegate_bpf.',
    ['cmd_types', 'map_types', 'prog_types', 'attach_types'],
    kernelValue,
    ['security.delegate_bpf: "true"'],
  ),
  'lxd-command': table(
    fc.oneof(
      kernelValue('cmds').map((value) => `lxc config set c security.delegate_bpf.cmd_types=${value}`),
      fc.constantFrom('lxc config set c security.delegate_bpf=true', 'lxc list'),
    ),
  ),
  mountinfo: table(mountinfoLine),
  mounts: table(
    fc.oneof(
      fc.tuple(path, options).map(([where, what]) => `none ${where} bpf ${what} 0 0`),
      fc.constantFrom('proc /proc proc rw 0 0', 'proc /proc proc rw 0 0', 'none /cut'),
    ),
  ),
  fstab: table(
    fc.oneof(
      fc.tuple(path, options).map(([where, what]) => `none ${where} bpf defaults,${what} 0 0`),
      fc.constantFrom('# a comment', '/dev/a / ext4 rw 0 1', ''),
    ),
  ),
  'mount-command': table(
    fc.oneof(
      options.map((what) => `mount -t bpf -o ${what} none /p`),
      fc.constantFrom('ls', 'mount -t tmpfs none /q', 'mount -t bpf b /p -o \\\n  delegate_cmds=any'),
    ),
  ),
  'mount-options': table(options),
  'mount-output': table(
    fc.oneof(
      options.map((what) => `none on /p type bpf (${what})`),
      fc.constantFrom('proc on /proc type proc (rw)', 'none on /q type bpf (rw,\n delegate_cmds=any)'),
    ),
  ),
  findmnt: fc
    .array(options, { minLength: 1, maxLength: 4 })
    .map(
      (all) =>
        `TARGET       SOURCE FSTYPE OPTIONS\n/            /dev/a ext4   rw\n${all.map((what, i) => `├─/p${i}        none   bpf    ${what}`).join('\n')}\n`,
    ),
  'findmnt-json': fc
    .array(options, { maxLength: 4 })
    .map(
      (all) =>
        `${JSON.stringify({ filesystems: all.map((what, i) => ({ target: `/p${i}`, source: 'none', fstype: i === 1 ? 'proc' : 'bpf', options: what })) }, null, 2)}\n`,
    ),
  fdinfo,
  'bpftool-tokens': fc
    .tuple(words('cmds'), words('maps'), words('progs'), words('attachs'))
    .map(
      (all) =>
        `token_info  /sys/fs/bpf\n${all.map((names, i) => `\tallowed_${MASK_NAMES[i]}:\n${names.length === 0 ? '' : `\t  ${names.map((name) => name.padEnd(20)).join('')}\n`}`).join('')}`,
    ),
  'bpftool-tokens-json': fc
    .tuple(words('cmds'), words('maps'), words('progs'), words('attachs'))
    .map(
      (all) =>
        `${JSON.stringify([{ token_info: '/sys/fs/bpf', ...Object.fromEntries(all.map((names, i) => [`allowed_${MASK_NAMES[i]}`, names])) }], null, 4)}\n`,
    ),
};
