import type { Position } from '../../diagnostics/diagnostics.js';
import { type PlacedText, placesOf } from '../source_text.js';

/**
 * The text that a tool of util-linux wrote with bytes as `\x20`, each unit where it stands. Bytes that are not UTF-8 become U+FFFD.
 * Source of its form: util-linux, lib/mbsalign.c: mbs_safe_encode(), libsmartcols/src/fput.c.
 */
export function unescapeHex(placed: PlacedText): PlacedText {
  if (!/\\x[0-9a-f]{2}/.test(placed.text)) return placed;
  const written = placesOf(placed);
  const places: Position[] = [];
  let text = '';
  for (const { 0: part, index } of placed.text.matchAll(/(?:\\x[0-9a-f]{2})+|[^\\]+|\\/g)) {
    const isEscaped = /^\\x/.test(part);
    let at = index;
    for (const character of isEscaped ? decoded(part) : part) {
      for (const _ of character.split('')) places.push(written[at] as Position);
      at = isEscaped ? Math.min(at + 4 * byteCount(character), index + part.length - 4) : at + character.length;
      text += character;
    }
  }
  return { text, at: placed.at, places };
}

function decoded(escapes: string): string {
  const bytes = escapes.split('\\x').slice(1);
  return new TextDecoder().decode(new Uint8Array(bytes.map((byte) => Number.parseInt(byte, 16))));
}

/** Bytes that a decoded character was written with. */
function byteCount(character: string): number {
  return character === '\ufffd' ? 1 : new TextEncoder().encode(character).length;
}
