import type { LineAccount } from '../line_account.js';
import { joinPlaced, type PlacedText, piece, trimPlaced } from '../source_text.js';

/** A line of a unit as systemd sees it: lines that end with a backslash are joined. */
export interface LogicalLine {
  readonly text: PlacedText;
  /** The lines of the file that it is made of, from 1. */
  readonly numbers: readonly number[];
}

/** systemd's white space. */
const WHITESPACE = /[ \t\n\r]/;

/**
 * The lines of a unit. A backslash at the end becomes a space, and the next line follows; comment lines between are left out, and end
 * no line. Source: systemd 262, src/shared/conf-parser.c: config_parse().
 */
export function logicalLines(account: LineAccount): readonly LogicalLine[] {
  const found: LogicalLine[] = [];
  let open: { text: PlacedText; numbers: number[] } | undefined;
  for (const line of account.lines) {
    const number = line.at.line;
    if (/^[ \t]*[#;]/.test(line.text)) {
      account.irrelevant(number, 'comment');
      continue;
    }
    const text = open ? joinPlaced([open.text, line], '') : line;
    const numbers = open ? [...open.numbers, number] : [number];
    if (endsEscaped(text.text)) {
      open = { text: { ...text, text: `${text.text.slice(0, -1)} ` }, numbers };
      continue;
    }
    found.push({ text, numbers });
    open = undefined;
  }
  if (open) found.push(open);
  return found;
}

/** Whether the last character is a backslash that no other one escapes. */
function endsEscaped(text: string): boolean {
  return /(?:^|[^\\])(?:\\\\)*\\$/.test(text);
}

/** What a line is. */
export type UnitLine =
  | { readonly kind: 'blank' }
  | { readonly kind: 'section'; readonly name: string; readonly at: PlacedText }
  | { readonly kind: 'bad-section'; readonly at: PlacedText }
  | { readonly kind: 'assignment'; readonly key: PlacedText; readonly value: PlacedText }
  | { readonly kind: 'no-assignment'; readonly at: PlacedText };

/** Takes a line apart. Source: systemd 262, src/shared/conf-parser.c: parse_line(). */
export function readUnitLine({ text }: LogicalLine): UnitLine {
  const line = trimPlaced(text, WHITESPACE);
  if (line.text === '') return { kind: 'blank' };
  if (line.text.startsWith('[')) {
    if (!line.text.endsWith(']') || line.text.length < 2) return { kind: 'bad-section', at: line };
    return { kind: 'section', name: line.text.slice(1, -1), at: line };
  }
  const equals = line.text.indexOf('=');
  if (equals <= 0) return { kind: 'no-assignment', at: line };
  return {
    kind: 'assignment',
    key: trimPlaced(piece(line, 0, equals), WHITESPACE),
    value: trimPlaced(piece(line, equals + 1), WHITESPACE),
  };
}
