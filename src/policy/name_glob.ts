/**
 * Whether a name is of a form in which `*` stands for any text. Pieces are looked for from the left, each after the one before: the time
 * grows with the lengths, whatever the number of stars.
 */
export function fitsGlob(glob: string, name: string): boolean {
  const [first = '', ...rest] = glob.split('*');
  const last = rest.pop();
  if (last === undefined) return glob === name;
  if (!name.startsWith(first)) return false;
  let at = first.length;
  for (const piece of rest) {
    const found = name.indexOf(piece, at);
    if (found === -1) return false;
    at = found + piece.length;
  }
  return name.length - last.length >= at && name.endsWith(last);
}
