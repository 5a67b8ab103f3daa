import type { LineAccount } from './line_account.js';
import { joinPlaced, type PlacedText } from './source_text.js';

/** A command line, which may take several lines of a file. */
export interface JoinedLine {
  readonly text: PlacedText;
  /** The lines that it is made of, from 1. */
  readonly numbers: readonly number[];
}

/**
 * The command lines of a text: a backslash at the end of a line goes on with the next. Lines that are no such command are noted as
 * irrelevant.
 */
export function commandLines(account: LineAccount, isCommand: (text: string) => boolean): readonly JoinedLine[] {
  const found: JoinedLine[] = [];
  let open: { text: PlacedText; numbers: number[] } | undefined;
  for (const line of account.lines) {
    const number = line.at.line;
    if (!open && !isCommand(line.text)) {
      const trimmed = line.text.trim();
      account.irrelevant(number, trimmed === '' ? 'blank' : trimmed.startsWith('#') ? 'comment' : 'other_text');
      continue;
    }
    const text = open ? joinPlaced([open.text, line], '') : line;
    const numbers = [...(open?.numbers ?? []), number];
    open = undefined;
    if (/(?:^|[^\\])\\$/.test(text.text) && number < account.lines.length) {
      open = { text: { ...text, text: `${text.text.slice(0, -1)} ` }, numbers };
    } else found.push({ text, numbers });
  }
  return found;
}
