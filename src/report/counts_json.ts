/** Counts as JSON: by name, most first. */
export function countsJson<Key, Name extends string>(
  counts: ReadonlyMap<Key, number>,
  name: (key: Key) => Name,
): Readonly<Partial<Record<Name, number>>> {
  const sorted = [...counts].sort(([, a], [, b]) => b - a);
  return Object.fromEntries(sorted.map(([key, n]) => [name(key), n])) as Partial<Record<Name, number>>;
}
