import { closest, distance } from 'fastest-levenshtein';

/** The candidate nearest to a misspelt word, or undefined where none is near enough to be meant. */
export function nearestOf(text: string, candidates: readonly string[]): string | undefined {
  if (candidates.length === 0 || text === '') return undefined;
  // `linux-6.13.1` means linux-6.13, however near other releases are.
  const begun = candidates.filter(
    (name) => text.startsWith(name) && 2 * name.length > text.length && /^\W/.test(text.slice(name.length)),
  );
  if (begun.length > 0) return begun.reduce((longest, name) => (name.length > longest.length ? name : longest));
  const most = Math.max(2, Math.ceil(text.length / 3));
  // Others differ by more edits in their length alone; a text may be very long.
  const alike = candidates.filter((name) => Math.abs(name.length - text.length) <= most);
  if (alike.length === 0) return undefined;
  const found = closest(text, alike);
  const edits = distance(text, found);
  // As many edits as letters make any word of any other.
  const near = edits <= most && edits < Math.max(text.length, found.length);
  return near ? found : undefined;
}
