import type { Position } from '../diagnostics/diagnostics.js';

/** A text to read, and what messages call it. */
export interface Source {
  /** As messages name it: a path, `<stdin>`. */
  readonly file: string;
  readonly text: string;
}

/** A piece of a line of a file. Lines and columns count from 1; columns and lengths are in UTF-16 units. */
export interface Span extends Position {
  readonly file: string;
  readonly length: number;
}

/** A piece of text, and where it stands. */
export interface PlacedText {
  readonly text: string;
  readonly at: Span;
  /**
   * Where each UTF-16 unit of the text stands; undefined where the text stands in the file as it is. A text that was put together of
   * several lines, or whose quotes were removed, has them.
   */
  readonly places?: readonly Position[];
}

/** Lines without their line feeds (and carriage returns before them); a last line feed ends the last line. */
export function linesOf(text: string): readonly string[] {
  const lines = text.replace(/^\ufeff/, '').split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines.map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
}

/** The piece from `start` on of what stands somewhere; `length` units, up to its end where it is not given. */
export function piece(placed: PlacedText, start: number, length = placed.text.length - start): PlacedText {
  const { text, at, places } = placed;
  const found = text.slice(start, start + length);
  if (!places) return { text: found, at: { ...at, column: at.column + start, length } };
  const first = places[start] ?? places.at(-1) ?? at;
  // A span is of one line: of a text of several, it ends with the first.
  let end = start + length - 1;
  while (end > start && places[end]?.line !== first.line) end -= 1;
  const width = (places[end] ?? first).column - first.column + 1;
  return {
    text: found,
    at: { file: at.file, line: first.line, column: first.column, length: length === 0 ? 0 : width },
    places: places.slice(start, start + length),
  };
}

/** Texts as one, with `glue` between them, each unit where it stands. */
export function joinPlaced(parts: readonly PlacedText[], glue: string): PlacedText {
  const first = parts[0] as PlacedText;
  if (parts.length === 1) return first;
  const places: Position[] = [];
  for (const [i, part] of parts.entries()) {
    const own = placesOf(part);
    for (const place of own) places.push(place);
    const end = own.at(-1) ?? part.at;
    if (i < parts.length - 1) for (const _ of glue) places.push({ line: end.line, column: end.column + 1 });
  }
  return { text: parts.map(({ text }) => text).join(glue), at: first.at, places };
}

/** Whether a text was put together of one line only, so that it can be changed there. */
export function isOnOneLine({ at, places }: PlacedText): boolean {
  return places === undefined || places.every(({ line }) => line === at.line);
}

/** Whether the last character is a backslash that no other one escapes. */
export function endsEscaped(text: string): boolean {
  let start = text.length;
  while (start > 0 && text[start - 1] === '\\') start -= 1;
  return (text.length - start) % 2 === 1;
}

/** Where each unit of a text stands. */
export function placesOf({ text, at, places }: PlacedText): readonly Position[] {
  return places ?? Array.from({ length: text.length }, (_, i) => ({ line: at.line, column: at.column + i }));
}

/** The pieces between separators, each where it stands. */
export function splitPlaced(placed: PlacedText, separator: string): readonly PlacedText[] {
  let start = 0;
  return placed.text.split(separator).map((part) => {
    const found = piece(placed, start, part.length);
    start += part.length + separator.length;
    return found;
  });
}

/** Without the white space around it. */
export function trimPlaced(placed: PlacedText, whitespace = /\s/): PlacedText {
  const { text } = placed;
  let start = 0;
  let end = text.length;
  while (start < end && whitespace.test(text[start] as string)) start += 1;
  while (end > start && whitespace.test(text[end - 1] as string)) end -= 1;
  return piece(placed, start, end - start);
}

/** Pieces between runs of spaces and tabs, which is what the kernel and libmount separate fields with. */
export function wordsOf(placed: PlacedText): readonly PlacedText[] {
  return [...placed.text.matchAll(/[^ \t]+/g)].map(({ 0: word, index }) => piece(placed, index, word.length));
}
