/**
 * How many cases of a law a test tries: `fast` of them in the fast suite, and `all` in `npm run test:slow`, which runs every
 * test file that imports this one.
 */
export function cases(fast: number, all: number): number {
  return process.env.TEST_ALL_CASES ? all : fast;
}

/** The first `fast` of a list in the fast suite, and all of it in `npm run test:slow`. */
export function some<T>(fast: number, list: readonly T[]): readonly T[] {
  return list.slice(0, cases(fast, list.length));
}

/** Every `step`-th of a list, from `first` on, in the fast suite, and all of it in `npm run test:slow`. */
export function oneOf<T>(step: number, list: Iterable<T>, first = 0): T[] {
  const by = cases(step, 1);
  return [...list].filter((_, i) => i % by === first % by);
}
