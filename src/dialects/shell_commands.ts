import type { Position } from '../diagnostics/diagnostics.js';
import { type PlacedText, piece, placesOf } from './source_text.js';

/** A command of a line. */
export interface ShellCommand {
  /** As written, with its redirections. */
  readonly text: PlacedText;
  /** Without quotes. */
  readonly words: readonly PlacedText[];
  /** Whether it reads a file, a text of the lines after it, or what another command prints (`<`, `<<`, `|`). */
  readonly readsInput: boolean;
}

const REDIRECTION = /^(?:&>>?|<<<|<<-?|<>|<&|>&|>>|>\||[<>])/;
const SEPARATOR = /^(?:\|\||\|&?|&&|&|;+|[()])/;

/**
 * The commands of a line as a POSIX shell takes them apart, and their words: quotes and backslashes are removed, redirections are left
 * out. Variables, commands and patterns are not expanded.
 */
export function shellCommands(line: PlacedText): readonly ShellCommand[] {
  const { text } = line;
  const parser = new LineParser(line);
  for (let i = 0; i < text.length; i++) {
    const unit = text[i] as string;
    const next = text[i + 1] ?? '';
    if (parser.quote !== '') {
      if (unit === parser.quote) parser.quote = '';
      else parser.add(parser.quote === '"' && unit === '\\' && /["\\$`]/.test(next) ? ++i : i);
    } else if (unit === "'" || unit === '"') {
      parser.open(i);
      parser.quote = unit;
    } else if (unit === '\\' && next !== '') {
      parser.open(i);
      parser.add(++i);
    } else if (/\s/.test(unit)) parser.endWord(i);
    else if (unit === '#' && !parser.isInWord) {
      parser.endCommand(i, '');
      return parser.commands;
    } else if (!/[&<>|;()]/.test(unit)) parser.add(i);
    else {
      const rest = text.slice(i, i + 3);
      const redirection = REDIRECTION.exec(rest)?.[0];
      // `$(` is in a word.
      const separator = unit === '(' && parser.isInWord ? undefined : SEPARATOR.exec(rest)?.[0];
      if (redirection !== undefined) parser.redirect(i, redirection);
      else if (separator !== undefined) parser.endCommand(i, separator);
      else parser.add(i);
      i += (redirection ?? separator ?? ' ').length - 1;
    }
  }
  parser.endCommand(text.length, '');
  return parser.commands;
}

/** Puts words and commands together. */
class LineParser {
  readonly commands: ShellCommand[] = [];
  quote = '';
  readonly #line: PlacedText;
  readonly #places: readonly Position[];
  #words: PlacedText[] = [];
  #word: { text: string; places: Position[]; start: number } | undefined;
  /** Whether the next word is where a redirection leads. */
  #isTarget = false;
  #readsInput = false;
  #start = 0;

  constructor(line: PlacedText) {
    this.#line = line;
    this.#places = placesOf(line);
  }

  get isInWord(): boolean {
    return this.#word !== undefined;
  }

  open(i: number): void {
    this.#word ??= { text: '', places: [], start: i };
  }

  add(i: number): void {
    this.open(i);
    const word = this.#word as { text: string; places: Position[] };
    word.text += this.#line.text[i] as string;
    word.places.push(this.#places[i] as Position);
  }

  endWord(i: number): void {
    const word = this.#word;
    this.#word = undefined;
    if (!word) return;
    if (this.#isTarget) {
      this.#isTarget = false;
      return;
    }
    const { line, column } = this.#places[word.start] as Position;
    const { file } = this.#line.at;
    const at = { file, line, column, length: piece(this.#line, word.start, i - word.start).at.length };
    this.#words.push({ text: word.text, places: word.places, at });
  }

  /** A number before it is that of a descriptor. */
  redirect(i: number, operator: string): void {
    const descriptor = /^\d+$/.test(this.#word?.text ?? '') ? this.#word?.text : undefined;
    if (descriptor === undefined) this.endWord(i);
    this.#word = undefined;
    this.#isTarget = true;
    if (operator.startsWith('<') && (descriptor ?? '0') === '0') this.#readsInput = true;
  }

  endCommand(i: number, separator: string): void {
    this.endWord(i);
    this.#isTarget = false;
    const text = piece(this.#line, this.#start, i - this.#start);
    if (this.#words.length > 0) this.commands.push({ text, words: this.#words, readsInput: this.#readsInput });
    this.#words = [];
    this.#readsInput = /^\|(?:$|&)/.test(separator);
    this.#start = i + separator.length;
  }
}
