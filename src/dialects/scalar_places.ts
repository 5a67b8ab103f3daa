import type { Position } from '../diagnostics/diagnostics.js';
import type { PlacedText } from './source_text.js';

/**
 * Where each unit of a YAML scalar stands: `text` is what it means, and it is written from `start` on, with its quotes or the sign of
 * a block. Quotes, escapes, indentation and line feeds that are folded are stepped over.
 */
export function scalarPlaces(text: string, lines: readonly PlacedText[], start: Position): readonly Position[] {
  const sign = lines[start.line - 1]?.text[start.column - 1] ?? '';
  const isBlock = sign === '|' || sign === '>';
  return isBlock ? blockPlaces(text, lines, start.line + 1) : flowPlaces(text, lines, start, sign);
}

/** Lines of a block mean what is in them, and a line feed or a space at their ends. */
function blockPlaces(text: string, lines: readonly PlacedText[], first: number): readonly Position[] {
  let line = first;
  let column = 1;
  const current = () => lines[line - 1]?.text ?? '';
  const places: Position[] = [];
  for (const unit of text.split('')) {
    const isBreak = unit === '\n' || unit === ' ';
    if (!isBreak) {
      while (line < lines.length && !current().includes(unit, column - 1) && textEnd(current()) < column) {
        line += 1;
        column = 1;
      }
      column = Math.max(current().indexOf(unit, column - 1) + 1, column);
    }
    places.push(within(current(), { line, column }));
    if (current().startsWith(unit, column - 1)) column += 1;
    else if (isBreak && line < lines.length) {
      line += 1;
      column = 1;
    }
  }
  return places;
}

/** A line feed stands at the end of its line: a piece that ends with one ends in the line. */
function within(text: string, { line, column }: Position): Position {
  return { line, column: Math.min(column, Math.max(text.length, 1)) };
}

/** Where the text of a line ends: white space of YAML is spaces and tabs alone. */
function textEnd(line: string): number {
  return line.replace(/[ \t]+$/, '').length;
}

/** Units that an escape in double quotes takes, by the letter after the backslash; 2 for any other. */
const ESCAPE_LENGTHS: Readonly<Record<string, number>> = { x: 4, u: 6, U: 10 };

/** A line feed means a space, and n of them n - 1 line feeds; white space around them means nothing. */
function flowPlaces(text: string, lines: readonly PlacedText[], start: Position, sign: string): readonly Position[] {
  const isQuoted = sign === '"' || sign === "'";
  let line = start.line;
  let column = start.column + (isQuoted ? 1 : 0);
  const current = () => lines[line - 1]?.text ?? '';
  const places: Position[] = [];
  const toNextText = () => {
    line += 1;
    column = 1 + (/[^ \t]/.exec(current())?.index ?? current().length);
  };
  while (places.length < text.length && line <= lines.length) {
    const rest = column - 1;
    const end = textEnd(current());
    if (sign === '"' && current()[rest] === '\\' && rest === current().length - 1) toNextText();
    else if (rest >= end && line < lines.length) {
      const fold = within(current(), { line, column: end + 1 });
      toNextText();
      if (column <= current().length) places.push(fold);
      else for (; line < lines.length && column > current().length; toNextText()) places.push({ line, column: 1 });
    } else {
      const isEscape = sign === '"' && current()[rest] === '\\';
      const isTwice = sign === "'" && current().startsWith("''", rest);
      const letter = current()[rest + 1] ?? '';
      places.push({ line, column });
      // Both halves of a surrogate pair stand at the escape of the two.
      if (isEscape && letter === 'U' && (text.codePointAt(places.length - 1) ?? 0) > 0xffff)
        places.push({ line, column });
      column += isEscape ? (ESCAPE_LENGTHS[letter] ?? 2) : isTwice ? 2 : 1;
    }
  }
  while (places.length < text.length) places.push({ line: Math.min(line, lines.length), column });
  return places;
}
