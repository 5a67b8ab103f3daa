import type { LineAccount } from './line_account.js';
import { joinPlaced, type PlacedText } from './source_text.js';

/** A command line, which may take several lines of a file. */
export interface JoinedLine {
  readonly text: PlacedText;
  /** The lines that it is made of, from 1. */
  readonly numbers: readonly number[];
}

/** A line that runs a program: after a prompt, `sudo` with its options, and a path. */
export function commandPattern(program: string): RegExp {
  return new RegExp(`^\\s*(?:[$#]\\s+)?(?:sudo\\s+(?:-\\S+\\s+)*)?(?:[^\\s=]*/)?${program}(?:\\s|$)`);
}

/**
 * The command lines of a text: a backslash at the end of a line goes on with the next. Other lines are noted as irrelevant; those with
 * a text that is no comment go to `onOther` too.
 */
export function commandLines(
  account: LineAccount,
  command: RegExp,
  onOther?: (line: PlacedText) => void,
): readonly JoinedLine[] {
  const found: JoinedLine[] = [];
  const isComment = (text: string) => /^\s*#/.test(text);
  // Where commands stand without it, `#` is no prompt of root.
  const hasPrompts = !account.lines.some(({ text }) => command.test(text) && !isComment(text));
  const isCommand = (text: string) => command.test(text) && (hasPrompts || !isComment(text));
  let open: { text: PlacedText; numbers: number[] } | undefined;
  for (const line of account.lines) {
    const number = line.at.line;
    if (!open && !isCommand(line.text)) {
      const rule = line.text.trim() === '' ? 'blank' : isComment(line.text) ? 'comment' : 'other_text';
      account.irrelevant(number, rule);
      if (rule === 'other_text') onOther?.(line);
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
