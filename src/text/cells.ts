/** Characters that take two cells of a terminal, in blocks (Unicode, East Asian Width). */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f680}-\u{1f6ff}\u{1f900}-\u{1f9ff}\u{20000}-\u{3fffd}]/u;
/** Characters that take none. */
const WITHOUT = /[\p{Mn}\p{Me}\p{Cf}]/u;

/** Where each cell of a line on a terminal starts in its text: a wide character takes two cells. The last is where the text ends. */
export function cellStarts(text: string): readonly number[] {
  const starts: number[] = [];
  let at = 0;
  for (const character of text) {
    const cells = character < '\u0300' ? 1 : WIDE.test(character) ? 2 : WITHOUT.test(character) ? 0 : 1;
    for (let i = 0; i < cells; i++) starts.push(at);
    at += character.length;
  }
  return [...starts, at];
}
