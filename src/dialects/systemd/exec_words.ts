/** A word of a command line, and where the next one starts. */
export interface ExecWord {
  readonly text: string;
  readonly next: number;
}

const WHITESPACE = /[ \t\n\r]/;
/** Escapes of a character. Source: systemd 262, src/basic/escape.c: cunescape_one(). */
const ESCAPES: Readonly<Record<string, string>> = {
  ...{ a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v', '\\': '\\', '"': '"', "'": "'", s: ' ' },
};
const NUMBERED = /^(?:x([0-9a-f]{2})|u([0-9a-f]{4})|U([0-9a-f]{8})|([0-3][0-7]{2}))/i;

/** Where the white space from a place on ends. */
export function skipSpace(text: string, start: number): number {
  let at = start;
  while (at < text.length && WHITESPACE.test(text[at] as string)) at += 1;
  return at;
}

/**
 * The word from a place on: quotes are removed, and escapes replaced; an unknown escape stays as it is. Undefined at the end;
 * `unbalanced` where a quote is not closed. Source: systemd 262, src/basic/extract-word.c: extract_first_word_and_warn().
 */
export function execWord(text: string, start: number): ExecWord | 'unbalanced' | undefined {
  let at = skipSpace(text, start);
  if (at >= text.length) return undefined;
  let word = '';
  let quote = '';
  for (; at < text.length; at++) {
    const unit = text[at] as string;
    if (unit === '\\') {
      if (at + 1 >= text.length) {
        if (quote !== '') return 'unbalanced';
        word += unit;
      } else {
        const { text: replaced, length } = escaped(text.slice(at + 1, at + 10));
        word += replaced;
        at += length;
      }
    } else if (quote !== '') {
      if (unit === quote) quote = '';
      else word += unit;
    } else if (unit === '"' || unit === "'") quote = unit;
    else if (WHITESPACE.test(unit)) break;
    else word += unit;
  }
  return quote === '' ? { text: word, next: skipSpace(text, at) } : 'unbalanced';
}

/** What stands for the units behind a backslash, and how many they are. */
function escaped(text: string): { readonly text: string; readonly length: number } {
  const first = text[0] as string;
  const one = Object.hasOwn(ESCAPES, first) ? ESCAPES[first] : undefined;
  if (one !== undefined) return { text: one, length: 1 };
  const found = NUMBERED.exec(text);
  const code = found ? Number.parseInt(found[1] ?? found[2] ?? found[3] ?? found[4] ?? '', found[4] ? 8 : 16) : 0;
  if (!found || code === 0 || code > 0x10_ffff) return { text: `\\${first}`, length: 1 };
  return { text: String.fromCodePoint(code), length: found[0].length };
}
