import { type PlacedText, piece } from './source_text.js';

/** What an option is followed by: nothing, a value, or a value that can be missing (joined only). */
export type OptionValue = 'none' | 'value' | 'optional';

/** The options that a program knows. */
export interface KnownOptions {
  /** By letter. */
  readonly short: Readonly<Record<string, OptionValue>>;
  /** By name, without dashes. */
  readonly long: Readonly<Record<string, OptionValue>>;
}

/** An option of a command line. */
export interface GivenOption {
  /** The letter, or the whole name of a long option; as written where it is not known. */
  readonly name: string;
  readonly value: PlacedText | undefined;
  /** The word that it stands in. */
  readonly word: PlacedText;
}

/** A command line taken apart. */
export interface GivenWords {
  readonly options: readonly GivenOption[];
  readonly operands: readonly PlacedText[];
}

/**
 * Takes the words of a command line apart as getopt_long(3) does: letters in clusters, values joined or in the next word, names cut to
 * a start that no other has, `--` before operands. With `stopsAtOperand` the first operand ends the options, as `+` does.
 */
export function getopt(words: readonly PlacedText[], known: KnownOptions, stopsAtOperand = false): GivenWords {
  const options: GivenOption[] = [];
  const operands: PlacedText[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as PlacedText;
    const { text } = word;
    if (text === '--') {
      operands.push(...words.slice(i + 1));
      break;
    }
    if (text.startsWith('--')) {
      const equals = text.indexOf('=');
      const name = longName(text.slice(2, equals === -1 ? undefined : equals), known);
      let value = equals === -1 ? undefined : piece(word, equals + 1);
      if (!value && known.long[name] === 'value') value = words[++i];
      options.push({ name, value, word });
    } else if (text.startsWith('-') && text.length > 1) {
      i += readCluster(word, words[i + 1], known, options);
    } else if (stopsAtOperand) {
      operands.push(...words.slice(i));
      break;
    } else operands.push(word);
  }
  return { options, operands };
}

/** The name that a start of it means; as written where it is of none or of several. */
function longName(written: string, { long }: KnownOptions): string {
  if (Object.hasOwn(long, written)) return written;
  const meant = Object.keys(long).filter((name) => name.startsWith(written));
  return meant.length === 1 ? (meant[0] as string) : written;
}

/** Reads the letters of a word; answers how many of the next words it takes. */
function readCluster(
  word: PlacedText,
  next: PlacedText | undefined,
  { short }: KnownOptions,
  options: GivenOption[],
): number {
  for (let at = 1; at < word.text.length; at++) {
    const name = word.text[at] as string;
    const takes = short[name] ?? 'none';
    if (takes === 'none') {
      options.push({ name, value: undefined, word });
      continue;
    }
    const joined = at + 1 < word.text.length ? piece(word, at + 1) : undefined;
    options.push({ name, value: joined ?? (takes === 'value' ? next : undefined), word });
    return joined || takes === 'optional' ? 0 : 1;
  }
  return 0;
}
