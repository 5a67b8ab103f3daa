import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MASK_ANY } from '../../src/abi/bpf.js';
import { bitsOfMasks } from '../../src/dialects/delegation.js';
import { detectFormat } from '../../src/dialects/detect_format.js';
import type { Format } from '../../src/dialects/formats.js';
import { readDelegations } from '../../src/dialects/read_delegations.js';
import { MASK_KIND, MASK_NAMES, type Masks } from '../../src/kernel/masks.js';
import { parseDelegateMask, showOptions } from '../../src/kernel/mount_options.js';
import { PROFILES, type Profile } from '../../src/kernel/profile.js';
import { cases } from '../cases.js';
import { expectFullAccount } from './line_laws.js';

const RELEASES = PROFILES.filter(({ rules }) => rules.delegate_names);
const anyProfile = fc.constantFrom(...RELEASES);
const anyMask = fc.oneof(fc.constant(0n), fc.constant(MASK_ANY), fc.bigInt(0n, MASK_ANY));
const anyMasks: fc.Arbitrary<Masks> = fc.record({ cmds: anyMask, maps: anyMask, progs: anyMask, attachs: anyMask });
const anyId = fc.oneof(fc.constant(0), fc.nat(0xffff_fffe));
const anyMode = fc.oneof(fc.constant(0o777), fc.nat(0o777));
const anyPath = fc.constantFrom('/sys/fs/bpf', '/run/agent bpf', '/p\\q', '/ünï/bpf', '/a on b type c', '/a\u00a0b');

/** What mountinfo leaves of masks: bits past the last enumerator are not shown, and all that the kernel knows are shown as any. */
function shownMasks({ vocabulary }: Profile, masks: Masks): Masks {
  const shown = MASK_NAMES.map((mask) => {
    const known = vocabulary.knownMask(MASK_KIND[mask]);
    const bits = masks[mask] & known;
    return [mask, bits === known ? MASK_ANY : bits] as const;
  });
  return Object.fromEntries(shown) as unknown as Masks;
}

const escaped = (path: string) =>
  path.replace(/[ \t\n\\]/g, (unit) => `\\${unit.charCodeAt(0).toString(8).padStart(3, '0')}`);

const TABLES: readonly (readonly [format: Format, line: (path: string, options: string) => string])[] = [
  ['mountinfo', (path, options) => `61 35 0:71 / ${escaped(path)} rw,relatime shared:6 - bpf none rw,${options}`],
  ['mounts', (path, options) => `none ${escaped(path)} bpf rw,relatime,${options} 0 0`],
  ['mount-output', (path, options) => `none on ${path} type bpf (rw,relatime,${options})`],
  [
    'findmnt',
    (path, options) => `TARGET${' '.repeat(30)}SOURCE FSTYPE OPTIONS\n${path.padEnd(36)}none   bpf    rw,${options}`,
  ],
  [
    'findmnt-json',
    (path, options) =>
      JSON.stringify(
        { filesystems: [{ target: path, source: 'none', fstype: 'bpf', options: `rw,${options}` }] },
        null,
        3,
      ),
  ],
];

describe.each(TABLES)('%s', (format, line) => {
  test('a mounted bpffs is read as the kernel shows it: the same masks, ids and mode', () => {
    fc.assert(
      fc.property(anyProfile, anyMasks, anyId, anyId, anyMode, anyPath, (profile, masks, uid, gid, mode, path) => {
        const options = showOptions(profile, { uid, gid, mode, delegate: masks });
        const source = { file: 'table', text: `${line(path, options)}\n` };
        expect(detectFormat(source.text)).toBe(format);
        const reading = readDelegations(source, { profile });
        expectFullAccount(source, reading);
        expect(reading.files[0]?.warnings).toEqual([]);
        const [delegation] = reading.delegations;
        expect(delegation?.path).toBe(path);
        expect(bitsOfMasks(delegation?.masks as NonNullable<typeof delegation>['masks'])).toEqual(
          shownMasks(profile, masks),
        );
        expect(delegation?.uid ?? 0).toBe(uid);
        expect(delegation?.gid ?? 0).toBe(gid);
        expect(delegation?.mode ?? 0o777).toBe(mode);
      }),
      { numRuns: cases(40, 10_000) },
    );
  });
});

/** Values of a mask option: names in any case, numbers of each base, any, and what the kernel refuses. */
function anyValue(profile: Profile) {
  const names = MASK_NAMES.flatMap((mask) => profile.vocabulary.names(MASK_KIND[mask]));
  const name = fc.constantFrom(...names).chain((text) => fc.constantFrom(text, text.toUpperCase(), `bpf_${text}`));
  const number = fc
    .bigInt(0n, MASK_ANY)
    .chain((n) => fc.constantFrom(`${n}`, `0x${n.toString(16)}`, `0${n.toString(8)}`, `+${n}`));
  const item = fc.oneof(
    { weight: 5, arbitrary: name },
    { weight: 2, arbitrary: number },
    fc.constantFrom('any', 'ANY', '', '0', '-1', '08', '0x', 'map_crate', '18446744073709551616', 'any '),
  );
  return fc.array(item, { minLength: 1, maxLength: 6 }).map((items) => items.join(':'));
}

test('an option is what the kernel makes of it: its bits, or its refusal, for every form of value', () => {
  fc.assert(
    fc.property(
      anyProfile.chain((profile) => fc.tuple(fc.constant(profile), fc.constantFrom(...MASK_NAMES), anyValue(profile))),
      ([profile, mask, value]) => {
        fc.pre(!/[\s"]/.test(value) && value.length < 256);
        const source = { file: 'options', text: `delegate_${mask}=${value}` };
        const reading = readDelegations(source, { profile, format: 'mount-options' });
        expectFullAccount(source, reading);
        const [delegation] = reading.delegations;
        const expected = parseDelegateMask(profile, mask, value);
        if (typeof expected === 'bigint') {
          expect(delegation?.masks[mask].bits).toBe(expected);
          expect(delegation?.unusable).toBeUndefined();
        } else {
          expect(delegation?.unusable).toContain(`delegate_${mask}`);
          expect(reading.files[0]?.warnings.length).toBeGreaterThan(0);
        }
      },
    ),
    { numRuns: cases(300, 20_000) },
  );
});

test('a number that takes the place of names before it is told, at the names', () => {
  const { files, delegations } = readDelegations(
    { file: 'f', text: 'delegate_cmds=prog_load:btf_load:0x1:map_create' },
    { format: 'mount-options' },
  );
  expect(delegations[0]?.masks.cmds.bits).toBe(1n);
  expect(files[0]?.warnings).toMatchObject([
    { line: 1, column: 15, message: expect.stringContaining('prog_load, btf_load is lost') },
  ]);
});

test('commas between names make options of their own, which bpffs ignores', () => {
  const text = 'mount -t bpf bpffs /p -o delegate_cmds=map_create,prog_load,btf_load,delegate_maps=any';
  const { format, files, delegations } = readDelegations({ file: 'f', text });
  expect(format).toBe('mount-command');
  expect(delegations[0]).toMatchObject({
    owner: 'init',
    path: '/p',
    masks: { cmds: { bits: 1n }, maps: { bits: MASK_ANY } },
  });
  expect(files[0]?.warnings.map(({ column }) => column)).toEqual([51, 61]);
});

test('a command that goes on behind a backslash is one, and its bits keep their lines', () => {
  const text =
    '$ sudo mount -t bpf bpffs /p \\\n    -o delegate_cmds=prog_load:MAP_CREATE \\\n    -o delegate_progs=kprobe\n$ ls\n';
  const { files, delegations } = readDelegations({ file: 'f', text });
  expect(files[0]?.status).toBe('passed');
  expect(files[0]?.lines.map(({ kind }) => kind)).toEqual([...Array(3).fill('understood'), 'irrelevant']);
  expect(delegations[0]?.masks.cmds.origins.map(({ bit, at }) => [bit, at.line, at.column])).toEqual([
    [0, 2, 32],
    [5, 2, 22],
  ]);
});

test('of two mounts at one place the later is seen, whatever its file system', () => {
  const text = [
    '61 35 0:71 / /p rw - bpf none rw,delegate_cmds=any',
    '62 61 0:72 / /p rw - tmpfs t rw',
    '63 61 0:73 /sub /q rw - bpf none rw,delegate_cmds=any',
  ].join('\n');
  const { files, delegations } = readDelegations({ file: 'f', text });
  expect(delegations.map(({ unusable }) => unusable)).toEqual([
    'line 2 mounts over it',
    'it is the directory /sub of a bpffs, and no root of one (EINVAL)',
  ]);
  expect(files[0]?.warnings.map(({ line }) => line)).toEqual([1, 3]);
});

test('a line that was wrapped when it was copied is put together again, and its bits keep their lines', () => {
  const text = [
    'none on /sys/fs/bpf type bpf (rw,relatime,uid=1000000,gid=1000000,',
    '                            delegate_cmds=map_create:prog_load,',
    '                            delegate_maps=ringbuf)',
  ].join('\n');
  const reading = readDelegations({ file: 'f', text });
  expectFullAccount({ file: 'f', text }, reading);
  const [delegation] = reading.delegations;
  expect(delegation?.masks.cmds.origins.map(({ bit, at }) => [bit, at.line, at.column])).toEqual([
    [0, 2, 43],
    [5, 2, 54],
  ]);
  expect(delegation?.masks.maps.origins[0]?.at).toMatchObject({ line: 3, column: 43 });
});

describe('a command line of mount', () => {
  const readLine = (text: string) => readDelegations({ file: 'f', text }, { format: 'mount-command' });
  const cmdsOf = (text: string) => readLine(text).delegations.map(({ masks }) => masks.cmds.bits);

  test('options are taken apart as getopt does: clusters, joined values, names cut short, --source and --target', () => {
    for (const line of [
      'mount -nt bpf -o delegate_cmds=map_create none /p',
      'mount -vo delegate_cmds=map_create -t bpf none /p',
      'mount -tbpf -odelegate_cmds=map_create none /p',
      'mount --type bpf --options delegate_cmds=map_create -- none /p',
      'mount -t bpf -o delegate_cmds=map_create --target /p --source none',
      'mount -m -t bpf none /p -o private,delegate_cmds=map_create',
    ]) {
      expect([line, ...cmdsOf(line)]).toEqual([line, 1n]);
      expect(readLine(line).delegations[0]?.path).toBe('/p');
      expect(readLine(line).files[0]?.status).toBe('passed');
    }
  });

  test('an operation on a mount that is there changes no delegation', () => {
    for (const line of [
      'mount -t bpf -o remount,delegate_cmds=any none /p',
      'mount -o remount,delegate_cmds=any /p',
      'mount --bind -o delegate_cmds=any /q /p',
    ]) {
      const { files, delegations } = readLine(line);
      expect(delegations).toEqual([]);
      expect(files[0]?.warnings).toMatchObject([{ code: 'ignored-option', column: line.indexOf('delegate_cmds') + 1 }]);
    }
  });

  test('delegate_* without -t bpf is told', () => {
    const { files, delegations } = readLine('mount -o delegate_cmds=any none /p');
    expect(delegations).toEqual([]);
    expect(files[0]?.warnings).toMatchObject([{ code: 'ignored-option', column: 10 }]);
  });
});

describe('a mount that another hides', () => {
  const hiddenLines = (text: string, format: Format) =>
    readDelegations({ file: 'f', text }, { format }).files[0]?.warnings.map(({ code, line }) => `${code} ${line}`);
  const BPFFS = '/sys/fs/bpf rw - bpf none rw,delegate_cmds=any';

  test('mountinfo: one on a directory above, on the same mount or on one further up', () => {
    expect(hiddenLines(`62 45 0:38 / ${BPFFS}\n63 45 0:39 / /sys rw - tmpfs none rw\n`, 'mountinfo')).toEqual([
      'hidden-mount 1',
    ]);
    const sys = '45 28 0:20 / /sys rw - sysfs sysfs rw\n';
    const root = '28 1 8:1 / / rw - ext4 /dev/sda1 rw\n';
    const over = '70 28 0:40 / /sys rw - tmpfs none rw\n';
    // The root comes after what was moved into it.
    expect(hiddenLines(`${sys}${root}62 45 0:38 / ${BPFFS}\n`, 'mountinfo')).toEqual([]);
    expect(hiddenLines(`${sys}${root}62 45 0:38 / ${BPFFS}\n${over}`, 'mountinfo')).toEqual(['hidden-mount 3']);
    // Mounted on what is over /sys.
    expect(hiddenLines(`${sys}${root}${over}62 70 0:38 / ${BPFFS}\n`, 'mountinfo')).toEqual([]);
    expect(
      hiddenLines(`${root}62 28 0:38 / /p rw - bpf none rw\n63 62 0:39 / /p rw - tmpfs none rw\n`, 'mountinfo'),
    ).toEqual(['hidden-mount 2']);
  });

  test('/proc/mounts: a later one on a directory above; fstab: one at the same path', () => {
    const bpffs = 'none /sys/fs/bpf bpf rw,delegate_cmds=any 0 0\n';
    const above = 'none /sys tmpfs rw 0 0\n';
    const root = '/dev/a / ext4 rw 0 0\n';
    expect(hiddenLines(bpffs + above, 'mounts')).toEqual(['hidden-mount 1']);
    expect(hiddenLines(above + bpffs + root, 'mounts')).toEqual([]);
    expect(hiddenLines(bpffs + above, 'fstab')).toEqual([]);
    expect(hiddenLines(bpffs + bpffs, 'fstab')).toEqual(['hidden-mount 1']);
  });
});

test('lines of fstab that libmount cannot parse passed', () => {
  // Each as `findmnt -F` of util-linux 2.38 takes it.
  const lines = [
    ['none "/run/a b" bpf delegate_cmds=0x1 0 0', false],
    ['none /run/a bpf delegate_cmds=any x 0', false],
    ['none /run/a bpf delegate_cmds=any 0 x', false],
    ['none /run/a bpf delegate_cmds=any 0 0x1', false],
    ['none /run/a bpf delegate_cmds=any # why', false],
    ['none /run/a bpf delegate_cmds=any', true],
    ['none /run/a bpf delegate_cmds=any 0', true],
    ['none /run/a bpf delegate_cmds=any -1 +2', true],
  ] as const;
  for (const [text, isParsed] of lines) {
    const { files, delegations } = readDelegations({ file: 'fstab', text: `${text}\n` });
    expect([text, delegations.length === 1]).toEqual([text, isParsed]);
    expect(files[0]?.warnings.map(({ code }) => code)).toEqual(isParsed ? [] : ['malformed']);
  }
});
