import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MountIndex } from '../../src/dialects/mount/mount_index.js';
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
