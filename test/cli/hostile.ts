/** Text that a file can hold and that must not reach a terminal: controls, forged lines, directions, what has no width. */
export const HOSTILE =
  'x\u001b[31m\rA\nFORGED\u009b31mB\u202eC\u200bD\u2028E\u007fF\ufeffG\u061cH\u2066I\u00adJ\u0085K\u{e0041}L';

/** The same with what only some formats can hold. */
export const WITH_NUL = `${HOSTILE}\u0000M\ud800N`;

/** Characters of a text that a terminal does not show as themselves; line feeds are looked at by forgedLines(). */
export function hiddenIn(text: string): string[] {
  const found = text.match(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu) ?? [];
  return [...new Set(found)].filter((character) => character !== '\n').map((c) => (c.codePointAt(0) ?? 0).toString(16));
}

/** Lines that begin as only a line feed in a hostile text makes them begin. */
export function forgedLines(text: string): string[] {
  return text.split('\n').filter((line) => /^\s*FORGED/.test(line));
}

/** Each copy of a value with one of its texts, or keys, in another place: what `change` makes of it. */
export function* withOneChanged(value: unknown, change: string): Generator<unknown> {
  if (typeof value === 'string') yield change;
  else if (Array.isArray(value)) {
    for (const [i, item] of value.entries())
      for (const other of withOneChanged(item, change)) yield value.with(i, other);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) {
      for (const other of withOneChanged(item, change)) yield { ...value, [key]: other };
      yield Object.fromEntries(Object.entries(value).map(([k, v]) => [k === key ? change : k, v]));
    }
  } else {
    yield change;
  }
}
