import type { Bytes } from './byte_map.js';
import { type CellSpans, DISCARD } from './fast_rows.js';

const LINE_FEED = 0x0a;
const RETURN = 0x0d;
const QUOTE = 0x22;
const COMMA = 0x2c;
/** By byte: 1 for those that mean something in CSV. */
const IS_SIGN = Uint8Array.from({ length: 256 }, (_, byte) => Number([LINE_FEED, RETURN, QUOTE, COMMA].includes(byte)));

/**
 * Splits the CSV line that starts at `at` where its quotes, if any, each enclose one whole field, without quotes and line
 * feeds in it; a line feed must follow somewhere. `columns` has the request column of each field, below 0 for none.
 * Writes the cells of these columns and the number of fields (0 for an empty line) to `spans`; a cell without a field is
 * empty. Answers where the next line starts, or 0 for a line that needs the full parser; `spans` is unspecified then.
 */
export function splitCsvLine({ bytes }: Bytes, at: number, columns: readonly number[], spans: CellSpans): number {
  const { starts, ends } = spans;
  let next = at;
  let byte = bytes[next] as number;
  spans.fields = 0;
  if (byte === LINE_FEED) return next + 1;
  if (byte === RETURN && bytes[next + 1] === LINE_FEED) return next + 2;
  for (let field = 0; ; field++) {
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
      // A carriage return ends a field only before a line feed.
      while (IS_SIGN[byte] === 0 || (byte === RETURN && bytes[next + 1] !== LINE_FEED)) byte = bytes[++next] as number;
      end = next;
    }
    const column = field < columns.length ? (columns[field] as number) : DISCARD;
    const place = column < 0 ? DISCARD : column;
    starts[place] = start;
    ends[place] = end;
    if (byte === COMMA) {
      byte = bytes[++next] as number;
      continue;
    }
    if (byte === RETURN) byte = bytes[++next] as number;
    if (byte !== LINE_FEED) return 0;
    spans.fields = field + 1;
    if (field + 1 < columns.length) clearFrom(field + 1, columns, spans);
    return next + 1;
  }
}

/** Empties the cells of all fields from one on. */
function clearFrom(first: number, columns: readonly number[], { starts, ends }: CellSpans): void {
  for (let field = first; field < columns.length; field++) {
    const column = columns[field] as number;
    if (column < 0) continue;
    starts[column] = 0;
    ends[column] = 0;
  }
}
