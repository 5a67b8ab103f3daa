import type { Position } from '../diagnostics/diagnostics.js';
import { type PlacedText, placesOf } from './source_text.js';

/** A command line taken apart. */
export interface ShellLine {
  /** Without quotes. */
  readonly words: readonly PlacedText[];
  /** Where a comment or another command (`;`, `|`, `&`) starts; undefined where the line has none. */
  readonly end: Position | undefined;
}

/**
 * The words of a command line as a POSIX shell takes them apart: quotes and backslashes are removed. Variables, commands and
 * patterns are not expanded.
 */
export function shellWords(line: PlacedText): ShellLine {
  const { text, at } = line;
  const places = placesOf(line);
  const words: PlacedText[] = [];
  let word: { text: string; places: Position[]; start: number } | undefined;
  let quote = '';
  const open = (i: number) => {
    word ??= { text: '', places: [], start: i };
    return word;
  };
  const add = (i: number) => {
    const current = open(i);
    current.text += text[i] as string;
    current.places.push(places[i] as Position);
  };
  const finish = (i: number) => {
    if (!word) return;
    const { line: number, column } = places[word.start] as Position;
    words.push({
      text: word.text,
      places: word.places,
      at: { file: at.file, line: number, column, length: i - word.start },
    });
    word = undefined;
  };
  for (let i = 0; i < text.length; i++) {
    const unit = text[i] as string;
    const next = text[i + 1] ?? '';
    if (quote !== '') {
      if (unit === quote) quote = '';
      else add(quote === '"' && unit === '\\' && /["\\$`]/.test(next) ? ++i : i);
    } else if (unit === "'" || unit === '"') {
      open(i);
      quote = unit;
    } else if (unit === '\\' && next !== '') {
      open(i);
      add(++i);
    } else if (/\s/.test(unit)) {
      finish(i);
    } else if (/[;|&]/.test(unit) || (unit === '#' && !word)) {
      finish(i);
      return { words, end: places[i] };
    } else {
      add(i);
    }
  }
  finish(text.length);
  return { words, end: undefined };
}
