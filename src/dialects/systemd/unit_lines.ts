import type { LineAccount } from '../line_account.js';
import { endsEscaped, joinPlaced, type PlacedText, piece, trimPlaced } from '../source_text.js';
import { isSafe } from './values.js';

/** A line of a unit as systemd sees it: lines that end with a backslash are joined. */
export interface LogicalLine {
  readonly text: PlacedText;
  /** The lines of the file that it is made of, from 1. */
  readonly numbers: readonly number[];
  /** Whether systemd reads no further because of its length. */
  readonly isTooLong?: true;
}

/** Bytes of a line from which on systemd does not read it (systemd 262, src/basic/fileio.h: LONG_LINE_MAX). */
const LINE_LIMIT = 1024 * 1024;

const encoder = new TextEncoder();

/** The bytes of a text in UTF-8. */
function bytesOf({ text }: PlacedText): number {
  return encoder.encode(text).length;
}

/** systemd's white space. */
const WHITESPACE = /[ \t\n\r]/;

/**
 * The lines of a unit. A backslash at the end becomes a space, and the next line follows; comment lines between are left out, and end
 * no line. A line that is too long is the last. Source: systemd 262, src/shared/conf-parser.c: config_parse().
 */
export function logicalLines(account: LineAccount, lines: readonly PlacedText[]): readonly LogicalLine[] {
  const found: LogicalLine[] = [];
  let open: { parts: PlacedText[]; numbers: number[]; bytes: number } | undefined;
  let hasMark = account.hasByteOrderMark;
  for (const raw of lines.flatMap(splitAtEnds)) {
    const number = raw.at.line;
    if (bytesOf(raw) >= LINE_LIMIT) {
      found.push({ text: raw, numbers: [...(open?.numbers ?? []), number], isTooLong: true });
      return found;
    }
    // The first byte order mark at the start of any line is left out.
    const isMarked = raw.text.startsWith('\ufeff') && !hasMark;
    const line = isMarked ? piece(raw, 1) : raw;
    hasMark ||= isMarked;
    // A byte order mark before it hides the mark of a comment.
    const isBehindMark = isMarked || (account.hasByteOrderMark && number === 1);
    if (/^[ \t]*[#;]/.test(line.text) && !isBehindMark) {
      account.irrelevant(number, 'comment');
      continue;
    }
    open ??= { parts: [], numbers: [], bytes: 0 };
    open.numbers.push(number);
    open.bytes += bytesOf(line);
    const isOpen = endsEscaped(line.text);
    open.parts.push(isOpen ? { ...line, text: `${line.text.slice(0, -1)} ` } : line);
    const isTooLong = open.parts.length > 1 && open.bytes > LINE_LIMIT;
    if (isOpen && !isTooLong) continue;
    const text = joinPlaced(open.parts, '');
    found.push(isTooLong ? { text, numbers: open.numbers, isTooLong } : { text, numbers: open.numbers });
    if (isTooLong) return found;
    open = undefined;
  }
  if (open) found.push({ text: joinPlaced(open.parts, ''), numbers: open.numbers });
  return found;
}

/**
 * The lines of a line: a carriage return and a NUL end one, too. What they end is no line of its own where it is empty.
 * Source: systemd 262, src/basic/fileio.c: read_line_full().
 */
function splitAtEnds(line: PlacedText): readonly PlacedText[] {
  if (!/[\r\0]/.test(line.text)) return [line];
  const found = [...line.text.matchAll(/[^\r\0]+/g)].map(({ 0: text, index }) => piece(line, index, text.length));
  return found.length === 0 ? [piece(line, 0, 0)] : found;
}

/** Surrogates that stand alone, as bytes that are not UTF-8 become, and code points that never are characters. Source: src/basic/utf8.c: unichar_is_valid(). */
const NO_CHARACTER = /[\p{Surrogate}\p{Noncharacter_Code_Point}]/u;

/** What a line is. */
export type UnitLine =
  | { readonly kind: 'blank' }
  | { readonly kind: 'section'; readonly name: string; readonly at: PlacedText }
  /** One for which systemd reads no further. */
  | { readonly kind: 'refused'; readonly at: PlacedText; readonly why: string }
  | { readonly kind: 'assignment'; readonly key: PlacedText; readonly value: PlacedText }
  | { readonly kind: 'no-assignment'; readonly at: PlacedText };

/** Takes a line apart. Source: systemd 262, src/shared/conf-parser.c: parse_line(). */
export function readUnitLine({ text, isTooLong }: LogicalLine): UnitLine {
  if (isTooLong) return { kind: 'refused', at: text, why: 'a line of 1 MiB is too long (ENOBUFS)' };
  const line = trimPlaced(text, WHITESPACE);
  if (line.text === '') return { kind: 'blank' };
  if (NO_CHARACTER.test(line.text))
    return { kind: 'refused', at: line, why: 'it has bytes that are not UTF-8, or a code point that is no character' };
  if (line.text.startsWith('[')) {
    if (!line.text.endsWith(']') || line.text.length < 2) {
      return { kind: 'refused', at: line, why: 'a section header ends with "]"' };
    }
    const name = line.text.slice(1, -1);
    if (isSafe(name)) return { kind: 'section', name, at: line };
    const why = 'the name of a section has no quotes, backslashes, patterns or control characters, and is not empty';
    return { kind: 'refused', at: line, why };
  }
  const equals = line.text.indexOf('=');
  if (equals <= 0) return { kind: 'no-assignment', at: line };
  return {
    kind: 'assignment',
    key: trimPlaced(piece(line, 0, equals), WHITESPACE),
    value: trimPlaced(piece(line, equals + 1), WHITESPACE),
  };
}
