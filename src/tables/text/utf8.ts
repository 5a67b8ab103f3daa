import { kindOf } from '../../engine/check_columns.js';
import { InvalidArgumentError } from '../../errors.js';

/** Bytes held back for the end of a line. No shorter sequence of them can be a line that LineTextSplitter accepts. */
const MAX_HELD = 1 << 22;
const LINE_FEED = 0x0a;

/**
 * Decodes a byte stream as UTF-8, cutting at line feeds: a line feed is never part of another character, and decoding
 * whole pieces is faster than decoding a stream. Invalid bytes become U+FFFD. Text pieces pass through.
 */
export async function* decodeUtf8(source: AsyncIterable<Uint8Array | string>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  const release = (last: Uint8Array): string => {
    const whole = held.length === 0 ? last : joined([...held, last]);
    held = [];
    heldBytes = 0;
    return decoder.decode(whole);
  };
  for await (const piece of source) {
    if (typeof piece === 'string') {
      if (heldBytes > 0) yield release(new Uint8Array());
      yield piece;
      continue;
    }
    let end = piece.lastIndexOf(LINE_FEED) + 1;
    if (end === 0 && heldBytes + piece.length >= MAX_HELD) end = piece.length;
    if (end > 0) yield release(piece.subarray(0, end));
    if (end < piece.length) {
      // A copy: the source may write its next piece over this one. (slice() of a Buffer is a view.)
      held.push(new Uint8Array(piece.subarray(end)));
      heldBytes += piece.length - end;
    }
  }
  if (heldBytes > 0) yield release(new Uint8Array());
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((bytes, piece) => bytes + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/**
 * Text pieces as UTF-8; a character may be cut between two of them. Bytes pass through. Throws an InvalidArgumentError for a
 * piece that is neither.
 */
export async function* encodeUtf8(source: AsyncIterable<Uint8Array | string>): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  let half = '';
  for await (const piece of source) {
    if (typeof piece !== 'string') {
      if (kindOf(piece) !== 'Uint8Array') {
        const message = `source has a piece that is ${kindOf(piece)}: a Uint8Array or a string is expected`;
        throw new InvalidArgumentError('source', message);
      }
      if (half !== '') yield encoder.encode(half);
      half = '';
      yield piece;
      continue;
    }
    const text = half + piece;
    half = /[\uD800-\uDBFF]$/.test(text) ? text.slice(-1) : '';
    yield encoder.encode(text.slice(0, text.length - half.length));
  }
  if (half !== '') yield encoder.encode(half);
}
