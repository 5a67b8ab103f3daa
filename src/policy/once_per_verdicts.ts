import type { AskedClass } from './policy.js';

/** Stands for the verdicts of a world that lacks what is asked. */
const ABSENT = {};

/**
 * A function of the cells and verdicts of a class, which is asked once for all classes with the same arrays of them: few of half a million
 * differ.
 */
export function oncePerVerdicts<Result>(
  of: (asked: Pick<AskedClass, 'cells' | 'verdicts'>) => Result,
): (asked: AskedClass) => Result {
  const root = new WeakMap<object, unknown>();
  return (asked) => {
    const keys = [asked.cells, ...asked.verdicts.map((verdicts) => verdicts ?? ABSENT)];
    const last = keys.pop() as object;
    let map = root;
    for (const key of keys) {
      const known = map.get(key) as WeakMap<object, unknown> | undefined;
      const next = known ?? new WeakMap<object, unknown>();
      if (!known) map.set(key, next);
      map = next;
    }
    if (map.has(last)) return map.get(last) as Result;
    const result = of(asked);
    map.set(last, result);
    return result;
  };
}
