/** How often the slow suites try what they try; 0 in the fast suite. */
const times = Number(process.env.TEST_ALL_CASES ?? 0);

/**
 * How many cases of a law a test tries: `fast` of them in the fast suite, and `all` in `npm run test:slow`, which runs every
 * test file that imports this one.
 */
export function cases(fast: number, all: number): number {
  return times > 0 ? all * times : fast;
}

/** The first `fast` of a list in the fast suite, and all of it in `npm run test:slow`. */
export function some<T>(fast: number, list: readonly T[]): readonly T[] {
  return times > 0 ? list : list.slice(0, fast);
}

/** Every `step`-th of a list, from `first` on, in the fast suite, and all of it in `npm run test:slow`. */
export function oneOf<T>(step: number, list: Iterable<T>, first = 0): T[] {
  const by = times > 0 ? 1 : step;
  return [...list].filter((_, i) => i % by === first % by);
}
