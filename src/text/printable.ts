/**
 * Characters that a terminal does not show as themselves: controls (C0, DEL, C1), line and paragraph separators, what
 * changes the direction of text, what takes no room, and halves of surrogate pairs. Variation selectors stay: they are
 * part of emoji.
 */
const HIDDEN = /(?!\p{Variation_Selector})[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/**
 * Text that comes from outside, fit to be a part of one line on a terminal: each character of HIDDEN is escaped (`\n`,
 * `\x1b`, `\u{202e}`), and all else stays as it is. Of a text that is printable already, nothing changes.
 */
export function printable(text: string): string {
  return text.replace(HIDDEN, escaped);
}

/** The same for text of several lines that were put together here: line feeds stay. */
export function printableLines(text: string): string {
  return text.replace(HIDDEN, (character) => (character === '\n' ? character : escaped(character)));
}

/** As shells take it: the bytes of UTF-8. */
function bytesOf(character: string): string {
  const short = SHORT[character];
  if (short !== undefined) return short;
  const bytes = new TextEncoder().encode(character);
  return [...bytes].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
}

function escaped(character: string): string {
  const code = character.codePointAt(0) as number;
  const hex = code.toString(16);
  return SHORT[character] ?? (code < 0x100 ? `\\x${hex.padStart(2, '0')}` : `\\u{${hex}}`);
}

/** A message of one line, or of several: each is printable. */
export function printableMessage(message: string | readonly string[]): string {
  return typeof message === 'string' ? printable(message) : message.map(printable).join('\n');
}

/** A printable text in quotes, of `most` characters at most. */
export function quoted(text: string, most: number): string {
  return `"${printable(shortened(text, most).replace(/["\\]/g, '\\$&'))}"`;
}

/** The first characters of a text that is longer than `most` UTF-16 units, and three dots; no character is cut in two. */
export function shortened(text: string, most: number): string {
  if (text.length <= most) return text;
  const isCut = /[\ud800-\udbff]/.test(text[most - 1] as string);
  return `${text.slice(0, isCut ? most - 1 : most)}...`;
}

/**
 * A printable text as one word of a command that is shown: in quotes where a shell would take it apart, in those of `$'…'` where a character
 * does not show.
 */
export function shellWord(text: string): string {
  const shown = printable(text);
  if (shown !== text) {
    const plain = text.replace(/[\\']/g, '\\$&');
    return `$'${plain.replace(HIDDEN, bytesOf)}'`;
  }
  return /^[\w@%+=:,./-]+$/.test(shown) ? shown : `'${shown.replaceAll("'", "'\\''")}'`;
}

/**
 * JSON as JSON.stringify() writes it, with what a terminal does not show as itself escaped (`\u202e`): controls past
 * U+007E and characters without a glyph are plain characters to JSON.
 */
export function jsonText(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replace(HIDDEN, (character) => {
    if (character === '\n') return character;
    const units = Array.from({ length: character.length }, (_, i) => character.charCodeAt(i));
    return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
  });
}
