import { printable } from '../../text/printable.js';

/**
 * The text that the kernel wrote with octal escapes: a space is `\040`. Bytes that are not UTF-8 become U+FFFD.
 * Source: fs/seq_file.c: mangle_path().
 */
export function unescapeOctal(text: string): string {
  if (!text.includes('\\')) return text;
  const bytes: number[] = [];
  const encoder = new TextEncoder();
  for (const [part, octal] of text.matchAll(/\\([0-3][0-7]{2})|[^\\]+|\\/g)) {
    if (octal === undefined) bytes.push(...encoder.encode(part));
    else bytes.push(Number.parseInt(octal, 8));
  }
  return new TextDecoder().decode(new Uint8Array(bytes));
}

/** A path as a field of fstab(5): bytes of white space, backslashes, `#` and what a terminal does not show are octal escapes. */
export function escapeOctal(path: string): string {
  const encoder = new TextEncoder();
  const octal = (byte: number) => `\\${byte.toString(8).padStart(3, '0')}`;
  return Array.from(path, (character) =>
    /[\s\\#]/.test(character) || printable(character) !== character
      ? Array.from(encoder.encode(character), octal).join('')
      : character,
  ).join('');
}
