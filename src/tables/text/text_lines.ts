/** Most characters of one line; a longer one is a bad row: a file without line ends must not fill the memory. */
export const MAX_LINE = 1 << 20;
/** Bytes held back for the end of a line. No sequence of them without a line feed can be a line within MAX_LINE. */
export const MAX_HELD_BYTES = 4 * MAX_LINE;
/** Bytes of text that are taken at a time. */
export const PIECE_BYTES = 1 << 18;

/** Whether a line has white space alone, of any kind. */
export function isBlank(line: string): boolean {
  // The first sign of most lines is none: they are not gone through.
  return !/\S/.test(line);
}

/**
 * Takes each line without its line feed, in order; undefined instead of a line longer than MAX_LINE, as soon as that is
 * known: the line may have no end.
 */
export type OnLine = (line: string | undefined, number: number) => void;

/** Cuts text that comes in pieces into lines, numbered from 1. A carriage return before the line feed stays. */
export class LineTextSplitter {
  readonly #onLine: OnLine;
  #started = '';
  #isTooLong = false;
  #number = 1;

  constructor(onLine: OnLine) {
    this.#onLine = onLine;
  }

  /** Takes the next piece; pieces may end anywhere. */
  push(text: string): void {
    let start = 0;
    for (;;) {
      const end = text.indexOf('\n', start);
      if (end === -1) break;
      const rest = text.slice(start, end);
      this.#line(this.#started === '' ? rest : this.#started + rest);
      start = end + 1;
    }
    if (this.#isTooLong) return;
    this.#started += text.slice(start);
    if (this.#started.length <= MAX_LINE) return;
    this.#onLine(undefined, this.#number);
    this.#isTooLong = true;
    this.#started = '';
  }

  /** Takes the end: a last line without a line feed is a line. */
  end(): void {
    if (this.#started !== '') this.#line(this.#started);
  }

  #line(line: string): void {
    if (!this.#isTooLong) this.#onLine(line.length > MAX_LINE ? undefined : line, this.#number);
    this.#number += 1;
    this.#isTooLong = false;
    this.#started = '';
  }
}
