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
