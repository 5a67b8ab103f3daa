import type { Bytes } from './byte_map.js';
import { type ByteRows, DISCARD } from './fast_rows.js';

const LINE_FEED = 0x0a;
const RETURN = 0x0d;
const QUOTE = 0x22;
const COMMA = 0x2c;
/** By byte: 1 for those that mean something in CSV. */
const IS_SIGN = Uint8Array.from({ length: 256 }, (_, byte) => Number([LINE_FEED, RETURN, QUOTE, COMMA].includes(byte)));

/**
 * Reads the CSV row on the line that starts at `at` where it is a plain one: its quotes, if any, each enclose one whole
 * field, without quotes and line ends in it. `columns` has the request column of each field, below 0 for none; a line
 * feed must follow somewhere. Answers where the next line starts, or 0, with nothing done, where more than this is needed.
 */
export function readPlainCsv(
  text: Bytes,
  at: number,
  columns: readonly number[],
  rows: ByteRows,
  line: number,
): number {
  const { bytes } = text;
  const { starts, ends } = rows.places;
  let next = at;
  let byte = bytes[next] as number;
  if (byte === LINE_FEED) return next + 1;
  if (byte === RETURN && bytes[next + 1] === LINE_FEED) return next + 2;
  for (let field = 0; field < columns.length; field++) {
    let start = next;
    let end: number;
    if (byte === QUOTE) {
      start += 1;
      do {
        byte = bytes[++next] as number;
        if (byte === LINE_FEED) return 0;
      } while (byte !== QUOTE);
      end = next;
      byte = bytes[++next] as number;
    } else {
      while (IS_SIGN[byte] === 0) byte = bytes[++next] as number;
      end = next;
    }
    const column = columns[field] as number;
    const place = column < 0 ? DISCARD : column;
    starts[place] = start;
    ends[place] = end;
    if (byte === COMMA) {
      byte = bytes[++next] as number;
      continue;
    }
    if (byte === RETURN) byte = bytes[++next] as number;
    if (byte !== LINE_FEED || field + 1 < columns.length) return 0;
    return rows.add(text, line) ? next + 1 : 0;
  }
  // A comma follows the last field.
  return 0;
}
