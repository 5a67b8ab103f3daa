import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { detectFormat } from '../../src/dialects/detect_format.js';
import { readDelegations } from '../../src/dialects/read_delegations.js';
import { cases } from '../cases.js';
import { expectFullAccount } from './line_laws.js';

/** What the findmnt of util-linux 2.38 prints of one mountinfo (`findmnt -F`), by its options. */
const PRINTED: Readonly<Record<string, string>> = {
  'a tree': `TARGET               SOURCE    FSTYPE OPTIONS
/                    /dev/sda1 ext4   rw,relatime
├─/tmp/mp/a          none      bpf    rw,relatime,delegate_cmds=map_create:prog_load,delegate_maps=hash
├─/tmp/mp/with space none      bpf    rw,relatime,delegate_progs=xdp
├─/tmp/mp/日本語     none      bpf    rw,relatime,delegate_cmds=any
└─/tmp/mp/b\\x5cx41   tmp fs    tmpfs  rw,relatime
`,
  '--raw': `TARGET SOURCE FSTYPE OPTIONS
/ /dev/sda1 ext4 rw,relatime
/tmp/mp/a none bpf rw,relatime,delegate_cmds=map_create:prog_load,delegate_maps=hash
/tmp/mp/with\\x20space none bpf rw,relatime,delegate_progs=xdp
/tmp/mp/\\xe6\\x97\\xa5\\xe6\\x9c\\xac\\xe8\\xaa\\x9e none bpf rw,relatime,delegate_cmds=any
/tmp/mp/b\\x5cx41 tmp\\x20fs tmpfs rw,relatime
`,
  '--raw with a cell that is empty': `TARGET LABEL FSTYPE OPTIONS
/  ext4 rw,relatime
/tmp/mp/a  bpf rw,relatime,delegate_cmds=map_create:prog_load,delegate_maps=hash
/tmp/mp/with\\x20space  bpf rw,relatime,delegate_progs=xdp
/tmp/mp/\\xe6\\x97\\xa5\\xe6\\x9c\\xac\\xe8\\xaa\\x9e  bpf rw,relatime,delegate_cmds=any
`,
  '--raw with columns in another order': `TARGET OPTIONS FSTYPE
/ rw,relatime ext4
/tmp/mp/a rw,relatime,delegate_cmds=map_create:prog_load,delegate_maps=hash bpf
/tmp/mp/with\\x20space rw,relatime,delegate_progs=xdp bpf
/tmp/mp/\\xe6\\x97\\xa5\\xe6\\x9c\\xac\\xe8\\xaa\\x9e rw,relatime,delegate_cmds=any bpf
`,
  '--noheadings': `/                    /dev/sda1 ext4   rw,relatime
├─/tmp/mp/a          none      bpf    rw,relatime,delegate_cmds=map_create:prog_load,delegate_maps=hash
├─/tmp/mp/with space none      bpf    rw,relatime,delegate_progs=xdp
└─/tmp/mp/日本語     none      bpf    rw,relatime,delegate_cmds=any
`,
  '--noheadings --raw': `/tmp/mp/a none bpf rw,relatime,delegate_cmds=map_create:prog_load,delegate_maps=hash
/tmp/mp/with\\x20space none bpf rw,relatime,delegate_progs=xdp
/tmp/mp/\\xe6\\x97\\xa5\\xe6\\x9c\\xac\\xe8\\xaa\\x9e none bpf rw,relatime,delegate_cmds=any
`,
  '--pairs': `TARGET="/" SOURCE="/dev/sda1" FSTYPE="ext4" OPTIONS="rw,relatime"
TARGET="/tmp/mp/a" SOURCE="none" FSTYPE="bpf" OPTIONS="rw,relatime,delegate_cmds=map_create:prog_load,delegate_maps=hash"
TARGET="/tmp/mp/with space" SOURCE="none" FSTYPE="bpf" OPTIONS="rw,relatime,delegate_progs=xdp"
TARGET="/tmp/mp/\\xe6\\x97\\xa5\\xe6\\x9c\\xac\\xe8\\xaa\\x9e" SOURCE="none" FSTYPE="bpf" OPTIONS="rw,relatime,delegate_cmds=any"
`,
  '--pairs with TARGET behind others': `FSTYPE="ext4" TARGET="/" OPTIONS="rw,relatime"
FSTYPE="bpf" TARGET="/tmp/mp/a" OPTIONS="rw,relatime,delegate_cmds=map_create:prog_load,delegate_maps=hash"
FSTYPE="bpf" TARGET="/tmp/mp/with space" OPTIONS="rw,relatime,delegate_progs=xdp"
FSTYPE="bpf" TARGET="/tmp/mp/\\xe6\\x97\\xa5\\xe6\\x9c\\xac\\xe8\\xaa\\x9e" OPTIONS="rw,relatime,delegate_cmds=any"
`,
  '--pairs --shell': `TARGET="/" FS_OPTIONS="rw" MAJ_MIN="8:1"
TARGET="/tmp/mp/a" FS_OPTIONS="rw,delegate_cmds=map_create:prog_load,delegate_maps=hash" MAJ_MIN="0:71"
TARGET="/tmp/mp/with space" FS_OPTIONS="rw,delegate_progs=xdp" MAJ_MIN="0:72"
TARGET="/tmp/mp/\\xe6\\x97\\xa5\\xe6\\x9c\\xac\\xe8\\xaa\\x9e" FS_OPTIONS="rw,delegate_cmds=any" MAJ_MIN="0:73"
`,
  'columns of numbers before the target': `ID TARGET               FSTYPE FS-OPTIONS
22 /                    ext4   rw
30 ├─/tmp/mp/a          bpf    rw,delegate_cmds=map_create:prog_load,delegate_maps=hash
31 ├─/tmp/mp/with space bpf    rw,delegate_progs=xdp
32 └─/tmp/mp/日本語     bpf    rw,delegate_cmds=any
`,
  'numbers in the middle': `FSTYPE PARENT TARGET               OPTIONS                                                           MAJ:MIN
ext4        1 /                    rw,relatime                                                         8:1  
bpf        22 ├─/tmp/mp/a          rw,relatime,delegate_cmds=map_create:prog_load,delegate_maps=hash   0:71 
bpf        22 ├─/tmp/mp/with space rw,relatime,delegate_progs=xdp                                      0:72 
bpf        22 └─/tmp/mp/日本語     rw,relatime,delegate_cmds=any                                       0:73 
`,
  '--output-all': `AVAIL FREQ FSROOT FSTYPE FS-OPTIONS                                               ID LABEL MAJ:MIN OPTIONS                                                           OPT-FIELDS PARENT PARTLABEL PARTUUID PASSNO PROPAGATION  SIZE SOURCE    SOURCES   TARGET               TID  USED USE% UUID VFS-OPTIONS
58.8G      /      ext4   rw                                                       22         8:1   rw,relatime                                                                       1                           private      252G /dev/sda1 /dev/sda1 /                        42.6G  17%      rw,relatime
           /      bpf    rw,delegate_cmds=map_create:prog_load,delegate_maps=hash 30         0:71  rw,relatime,delegate_cmds=map_create:prog_load,delegate_maps=hash                22                           private           none      none      ├─/tmp/mp/a                              rw,relatime
           /      bpf    rw,delegate_progs=xdp                                    31         0:72  rw,relatime,delegate_progs=xdp                                                   22                           private           none      none      ├─/tmp/mp/with space                     rw,relatime
           /      bpf    rw,delegate_cmds=any                                     32         0:73  rw,relatime,delegate_cmds=any                                                    22                           private           none      none      └─/tmp/mp/日本語                         rw,relatime
`,
  'the locale C': `TARGET                                         SOURCE    FSTYPE OPTIONS
/                                              /dev/sda1 ext4   rw,relatime
|-/tmp/mp/a                                    none      bpf    rw,relatime,delegate_cmds=map_create:prog_load,delegate_maps=hash
|-/tmp/mp/with space                           none      bpf    rw,relatime,delegate_progs=xdp
\`-/tmp/mp/\\xe6\\x97\\xa5\\xe6\\x9c\\xac\\xe8\\xaa\\x9e none      bpf    rw,relatime,delegate_cmds=any
`,
};

describe.each(Object.entries(PRINTED))('%s', (_, text) => {
  test('is taken for findmnt, and no mount of it is lost', () => {
    expect(detectFormat(text)).toBe('findmnt');
    const source = { file: 'f', text };
    const reading = readDelegations(source);
    expectFullAccount(source, reading);
    expect(reading.files[0]?.warnings).toEqual([]);
    const shown = reading.delegations.map(({ path, owner, masks, unusable }) => [
      path,
      owner,
      masks.cmds.bits !== 0n,
      masks.progs.bits !== 0n,
      unusable,
    ]);
    expect(shown).toEqual([
      ['/tmp/mp/a', undefined, true, false, undefined],
      ['/tmp/mp/with space', undefined, false, true, undefined],
      ['/tmp/mp/日本語', undefined, true, false, undefined],
    ]);
  });
});

test('a row that does not stand under its heading is told, and not lost without a word', () => {
  const text = 'TARGET       SOURCE FSTYPE OPTIONS\n/a/with a space in it none bpf rw,delegate_cmds=any\n';
  const { files, delegations } = readDelegations({ file: 'f', text });
  expect(delegations).toEqual([]);
  expect(files[0]?.warnings.map(({ code, line }) => [code, line])).toEqual([['malformed', 2]]);
});

test('lines of fstab, with four fields too, are not those of findmnt without a heading', () => {
  expect(detectFormat('/dev/sda1 /mnt ext4 rw\n')).toBe('fstab');
  expect(detectFormat('/dev/sda1 / ext4 rw\n/dev/sda2 none swap sw\nnone /run/b bpf rw,delegate_cmds=any\n')).toBe(
    'fstab',
  );
  expect(detectFormat('/dev/sda2 none swap rw\n')).toBe('fstab');
  expect(detectFormat('/run/b none bpf rw,relatime,delegate_cmds=any\n')).toBe('findmnt');
});

test('escapes of bytes: every path comes back, each unit at its place', () => {
  const path = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
    .map((name) => `/${name.replace(/[/\0]/g, '_')}`);
  const escaped = (text: string) =>
    [...new TextEncoder().encode(text)]
      .map((byte) =>
        byte > 0x2e && byte < 0x7f && byte !== 0x5c
          ? String.fromCharCode(byte)
          : `\\x${byte.toString(16).padStart(2, '0')}`,
      )
      .join('');
  fc.assert(
    fc.property(path, (name) => {
      const raw = `TARGET SOURCE FSTYPE OPTIONS\n${escaped(name)} none bpf rw,delegate_cmds=any\n`;
      const pairs = `FSTYPE="bpf" TARGET="${escaped(name)}" OPTIONS="rw,delegate_cmds=any"\n`;
      for (const text of [raw, pairs]) {
        expect(readDelegations({ file: 'f', text }).delegations.map((one) => one.path)).toEqual([name]);
      }
    }),
    { numRuns: cases(50, 2_000) },
  );
});
