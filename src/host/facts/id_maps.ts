import type { IdExtent } from './host_facts.js';

const EVERY_ID = 0xffff_ffff;

/** Whether every id is itself, as in the initial user namespace. */
export function isEveryId(map: readonly IdExtent[]): boolean {
  const [first] = map;
  return map.length === 1 && first?.[0] === 0 && first[1] === 0 && first[2] === EVERY_ID;
}

/** How many ids have a place in it. */
export function sizeOf(map: readonly IdExtent[]): number {
  return map.reduce((all, [, , count]) => all + count, 0);
}

/** Whether every outside id of `inner` is one of `outer` too. Extents of one map do not overlap. */
export function contains(outer: readonly IdExtent[], inner: readonly IdExtent[]): boolean {
  return inner.every(([, outside, count]) => {
    const inside = outer.map(([, start, length]) =>
      Math.max(0, Math.min(outside + count, start + length) - Math.max(outside, start)),
    );
    return inside.reduce((all, some) => all + some, 0) >= count;
  });
}
