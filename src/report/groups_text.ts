import { printable } from '../text/printable.js';
import { count, percent } from './format.js';
import type { Style } from './style.js';

/** Rows that say the same in some columns. */
export interface GroupedRows {
  /** By column; '' where they say nothing. */
  readonly texts: readonly string[];
  readonly rows: number;
}

const SHOWN = 1000;

/** Groups of `rows` rows as a table for people, in the order they come; the first thousand of them. */
export function groupsText(
  columns: readonly string[],
  groups: readonly GroupedRows[],
  rows: number,
  style: Style,
): string {
  const shown = groups
    .slice(0, SHOWN)
    .map((group) => [count(group.rows), percent(group.rows, rows), ...group.texts.map(onOneLine)]);
  const head = ['rows', '', ...columns];
  const widths = head.map((name, i) =>
    shown.reduce((width, cells) => Math.max(width, (cells[i] ?? '').length), name.length),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => (i < 2 ? cell.padStart(widths[i] as number) : cell.padEnd(widths[i] as number)))
      .join('  ')
      .trimEnd();
  const lines = [style.strong(line(head)), ...shown.map(line)];
  if (groups.length > SHOWN) lines.push(`and ${count(groups.length - SHOWN)} groups more: --summary-out FILE has all`);
  return lines.map((text) => `  ${text}\n`).join('');
}

/** A text as a cell of a table: an empty one is seen, and a line end breaks no line. */
function onOneLine(text: string): string {
  if (text === '') return '-';
  return printable(text);
}
