import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MountIndex } from '../../src/dialects/mount/mount_index.js';
import { readDelegations } from '../../src/dialects/read_delegations.js';
import { cases } from '../cases.js';

interface Mount {
  readonly path: string;
  readonly ids: { readonly own: string; readonly parent: string };
}

const isAbove = (path: string, other: string) => path !== '/' && other.startsWith(`${path}/`);

/** Looks at every mount for each: what the index has to answer. */
function overByIds(mounts: readonly Mount[], mount: Mount): Mount | undefined {
  const onTop = mounts.find((one) => one !== mount && one.ids.parent === mount.ids.own && one.path === mount.path);
  if (onTop) return onTop;
  const seen = new Set<Mount>();
  let below: Mount | undefined = mount;
  while (below && !seen.has(below)) {
    const current: Mount = below;
    seen.add(current);
    const other = mounts.findLast(
      (one, i) =>
        one !== current &&
        one.ids.parent === current.ids.parent &&
        (isAbove(one.path, current.path) || (one.path === current.path && i > mounts.indexOf(current))),
    );
    if (other) return other;
    below = mounts.find((one) => one.ids.own === current.ids.parent);
  }
  return undefined;
}

const path = fc.array(fc.constantFrom('a', 'b'), { maxLength: 3 }).map((parts) => `/${parts.join('/')}`);
const id = fc.nat(5).map(String);
const anyMounts = fc.array(fc.record({ path, ids: fc.record({ own: id, parent: id }) }), { maxLength: 8 });

test('the index finds what a look at every mount finds', () => {
  fc.assert(
    fc.property(anyMounts, (mounts) => {
      const index = new MountIndex(mounts);
      for (const [i, mount] of mounts.entries()) {
        const over = index.overByIds(i);
        expect(over === undefined ? undefined : mounts[over]).toBe(overByIds(mounts, mount));
        for (const hasAbove of [true, false]) {
          const later = mounts.findLastIndex(
            (one, k) => k > i && (one.path === mount.path || (hasAbove && isAbove(one.path, mount.path))),
          );
          expect(index.overByOrder(i, hasAbove) ?? -1).toBe(later);
        }
      }
    }),
    { numRuns: cases(300, 20_000) },
  );
});

describe('the time grew with the square of the lines', () => {
  const COUNT = 20_000;
  const lines = (line: (i: number) => string) => Array.from({ length: COUNT }, (_, i) => line(i)).join('');

  test.each([
    ['mountinfo', lines((i) => `${i + 2} 1 0:${i} / /m/${i} rw - bpf none rw,delegate_cmds=any\n`)],
    ['mountinfo', lines((i) => `${i + 2} ${i + 1} 0:${i} / /m rw - bpf none rw,delegate_cmds=any\n`)],
    ['fstab', lines((i) => `none /m/${i} bpf delegate_cmds=any 0 0\n`)],
    ['incus', `config:\n${lines((i) => `  user.k${i}: v\n`)}`],
    ['incus', `config:\n${lines((i) => `  security.bpffs.delegate_k${i}: v\n`)}`],
    ['mount-command', lines((i) => `true && mount -t bpf none /m/${i} -o delegate_cmds=any\n`)],
    ['systemd-unit', `[Service]\n${lines((i) => `BPFDelegateK${i}=any\n`)}`],
  ] as const)(
    '%s (%#)',
    (format, text) => {
      const start = performance.now();
      readDelegations({ file: 'f', text }, { format });
      // Far from the minutes that it took, on a slow machine too.
      expect(performance.now() - start).toBeLessThan(15_000);
    },
    60_000,
  );
});
