import { isUtf8 } from 'node:buffer';

/**
 * Bytes as text. A byte that is no part of UTF-8 becomes a half of a surrogate pair, U+DC80 to U+DCFF, which no UTF-8 stands for: it can be
 * told from U+FFFD, which a file may have.
 */
export function textOfBytes(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString('utf8');
  const parts: string[] = [];
  let start = 0;
  for (let at = 0; at < bytes.length; ) {
    const length = characterLength(bytes, at);
    if (length > 0) {
      at += length;
      continue;
    }
    parts.push(bytes.toString('utf8', start, at), String.fromCharCode(0xdc00 + (bytes[at] as number)));
    at += 1;
    start = at;
  }
  parts.push(bytes.toString('utf8', start));
  return parts.join('');
}

/** Whether textOfBytes() met only UTF-8. */
export function isOfUtf8(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}

/** The bytes of the character at a place; 0 where no character starts there. */
function characterLength(bytes: Buffer, at: number): number {
  const first = bytes[at] as number;
  if (first < 0x80) return 1;
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  return isUtf8(bytes.subarray(at, at + length)) ? length : 0;
}
