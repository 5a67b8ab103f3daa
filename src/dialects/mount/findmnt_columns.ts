import { cellStarts } from '../../text/cells.js';
import { type PlacedText, piece, trimPlaced, wordsOf } from '../source_text.js';
import { unescapeHex } from './hex_escapes.js';

/** Columns that tell that a table is one of findmnt. */
const KNOWN = 'TARGET|SOURCE|FSTYPE|(?:V?FS[-_])?OPTIONS';
const NAME = '[A-Z][A-Z0-9.:%_-]*';

/** The heading of a table, of two columns or more. */
export const FINDMNT_HEADING = new RegExp(
  `^(?=(?:.*\\s)?(?:${KNOWN})(?:\\s|$))[ \\t]*${NAME}(?:[ \\t]+${NAME})+[ \\t]*$`,
  'm',
);

/** A line of `findmnt -P`: pairs in the order of the columns that were asked for. */
export const FINDMNT_PAIRS = new RegExp(
  `^(?=(?:.*\\s)?(?:${KNOWN})=")${NAME}="[^"]*"(?:[ \\t]+${NAME}="[^"]*")*[ \\t]*$`,
  'm',
);

/** A line without a heading, as `findmnt -n` prints it: target, source, type and options, as the kernel prints those. */
const WITHOUT_HEADING = /^[\s\u2500-\u257f|`-]*\/.* (\S+) +([a-z][\w.-]*) +r[ow](?:,\S*)?\s*$/;

/** Cells of a row by the names of their columns. */
export type Cells = ReadonlyMap<string, PlacedText>;

/** Whether lines are those of a table without a heading, and not of fstab(5), whose second field is a path, `none` or `swap`. */
export function isWithoutHeading(lines: readonly string[]): boolean {
  const rows = lines.map((line) => WITHOUT_HEADING.exec(line));
  const isOfFindmnt = (row: RegExpExecArray | null) =>
    row !== null && !(/^(?:\/|swap$)/.test(row[1] as string) || (row[1] === 'none' && row[2] === 'swap'));
  return rows.length > 0 && rows.every((row) => row !== null) && rows.some(isOfFindmnt);
}

/** The columns of a heading. */
export class FindmntColumns {
  readonly #columns: readonly { readonly name: string; readonly start: number }[];
  /** Whether one space is between each, as `--raw` prints it; a narrow table has that too. */
  readonly #isSingleSpaced: boolean;

  constructor(heading: string) {
    this.#columns = [...heading.matchAll(/\S+/g)].map(({ 0: name, index }) => ({ name, start: index }));
    this.#isSingleSpaced = !/\s\s|^\s/.test(heading.trimEnd());
  }

  /** The cells of a row; undefined where it does not stand under the heading. */
  cellsOf(line: PlacedText): Cells | undefined {
    const raw = this.#isSingleSpaced ? this.#rawCells(line) : undefined;
    return raw ?? this.#alignedCells(line) ?? this.#wordCells(line);
  }

  /** One space between two cells: a space in a cell is `\x20`, and a cell may be empty. */
  #rawCells(line: PlacedText): Cells | undefined {
    const parts = line.text.split(' ');
    if (parts.length !== this.#columns.length) return undefined;
    let start = 0;
    const cells = parts.map((part) => {
      const cell = piece(line, start, part.length);
      start += part.length + 1;
      return cell;
    });
    return this.#named(cells);
  }

  /** Cells that start, or for numbers end, where the headings do. */
  #alignedCells(line: PlacedText): Cells | undefined {
    const { text } = line;
    const starts = cellStarts(text);
    const bounds = [0];
    for (const { name, start } of this.#columns.slice(1)) {
      const at = starts[start] ?? text.length;
      if (IS_NUMBER.test(name)) bounds.push(text[at] === ' ' ? at : text.lastIndexOf(' ', at) + 1);
      else if (at === text.length || text[at - 1] === ' ') bounds.push(at);
      else return undefined;
    }
    if (bounds.some((at, i) => at < (bounds[i - 1] ?? 0))) return undefined;
    return this.#named(bounds.map((at, i) => piece(line, at, (bounds[i + 1] ?? text.length) - at)));
  }

  /** Words, where there are as many as columns. */
  #wordCells(line: PlacedText): Cells | undefined {
    const words = wordsOf(line);
    return words.length === this.#columns.length ? this.#named(words) : undefined;
  }

  #named(cells: readonly PlacedText[]): Cells {
    return namedCells(this.#columns.map(({ name }, i) => [name, cells[i] as PlacedText] as const));
  }
}

/** Columns whose cells end where the heading ends. Source: util-linux, misc-utils/findmnt.c: SCOLS_FL_RIGHT. */
const IS_NUMBER = /^(?:ID|PARENT|TID|SIZE|AVAIL|USED|USE%|FREQ|PASSNO|UNIQ-ID|UNIQ-PARENT|INO\..*)$/;

/** The cells of a line without a heading; undefined where it has not all of them. */
export function unnamedCells(line: PlacedText): Cells | undefined {
  const words = wordsOf(line);
  const [source, type, options] = words.slice(-3);
  const target = source && piece(line, 0, source.at.column - line.at.column);
  if (words.length < 4 || !source || !type || !options || !target) return undefined;
  return namedCells([
    ['TARGET', target],
    ['SOURCE', source],
    ['FSTYPE', type],
    ['OPTIONS', options],
  ]);
}

/** The cells of a line of `findmnt -P`, with `-y` too, which writes FS_OPTIONS. */
export function pairCells(line: PlacedText): Cells {
  const pairs = [...line.text.matchAll(/([A-Z][A-Z0-9.:%_-]*)="([^"]*)"/g)];
  return namedCells(
    pairs.map(({ 0: pair, 1: name = '', 2: value = '', index }) => [
      name.replaceAll('_', '-'),
      piece(line, index + pair.length - 1 - value.length, value.length),
    ]),
  );
}

/** Cells that are not empty, without the lines of a tree and escapes. */
function namedCells(cells: readonly (readonly [name: string, cell: PlacedText])[]): Cells {
  const named = new Map<string, PlacedText>();
  for (const [name, cell] of cells) {
    const trimmed = trimPlaced(cell);
    const start = name === 'TARGET' ? (/^[\s\u2500-\u257f|`-]*(?=\/)/.exec(trimmed.text)?.[0].length ?? 0) : 0;
    if (trimmed.text !== '') named.set(name, unescapeHex(piece(trimmed, start)));
  }
  return named;
}
