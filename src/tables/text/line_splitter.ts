import type { LineSpan, RowReader } from './row_reader.js';
import { MAX_HELD_BYTES, MAX_LINE, PIECE_BYTES } from './text_lines.js';

const LINE_FEED = 0x0a;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

/** Who takes lines. */
export interface LineTaker {
  /** Whether the next line goes on with what an earlier one began. */
  readonly isInRow: boolean;
  /** Takes lines up to one that is to be taken as text. Answers where that starts, and its number. */
  plainLines(lines: LineSpan): Pick<LineSpan, 'at' | 'number'>;
  /** Takes a line without its line feed; undefined instead of one longer than MAX_LINE. */
  line(text: string | undefined, number: number): void;
}

/**
 * Cuts UTF-8 that comes in pieces into lines. Text is only made of lines that ask for it; invalid bytes become U+FFFD
 * there. A carriage return before the line feed stays, a byte-order mark before the first line does not.
 */
export class LineSplitter {
  readonly #taker: LineTaker;
  readonly #stop: number;
  /** Its text has what was not taken yet: the start of a line, then what push() adds. */
  readonly #reader: RowReader;
  #length = 0;
  #isTooLong = false;
  /** Bytes of the line under way that were not kept. */
  #skipped = 0;
  #number: number;
  #offset: number;
  #isDone = false;

  /**
   * The first byte pushed is the one at `offset` (0) and starts line `number` (1). From `stop` on, no line is taken but
   * what goes on with a row that started before.
   */
  constructor(taker: LineTaker, reader: RowReader, offset = 0, number = 1, stop = Number.POSITIVE_INFINITY) {
    this.#taker = taker;
    this.#reader = reader;
    this.#offset = offset;
    this.#number = number;
    this.#stop = stop;
  }

  /** Where the first line starts that was not taken; in the middle of one that is too long, somewhere in it. */
  get offset(): number {
    return this.#offset;
  }

  /** The number of that line. */
  get number(): number {
    return this.#number;
  }

  /** Bytes of a line that is too long that went by so far; 0 outside of one. */
  get skipped(): number {
    return this.#skipped;
  }

  /** Whether all lines before `stop` were taken, and what goes on with them. */
  get isDone(): boolean {
    return this.#isDone;
  }

  /** Takes the next piece, which may end anywhere; the caller may write over it afterwards. */
  push(piece: Uint8Array): void {
    for (let at = 0; at < piece.length && !this.#isDone; at += PIECE_BYTES) {
      this.#pushSome(piece.subarray(at, at + PIECE_BYTES));
    }
  }

  #pushSome(piece: Uint8Array): void {
    let rest = piece;
    if (this.#isTooLong) {
      const end = piece.indexOf(LINE_FEED) + 1;
      this.#offset += end || piece.length;
      this.#skipped += piece.length;
      if (end === 0) return;
      this.#endTooLong();
      rest = piece.subarray(end);
    }
    const end = this.#length + rest.lastIndexOf(LINE_FEED) + 1;
    const isWhole = end > this.#length;
    this.#append(rest);
    if (isWhole) this.#takeLines(end);
    if (this.#offset >= this.#stop && !this.#taker.isInRow) this.#isDone = true;
    if (this.#length <= MAX_HELD_BYTES || this.#isDone) return;
    this.#isTooLong = true;
    this.#skipped = this.#length;
    this.#offset += this.#length;
    this.#length = 0;
  }

  /** Takes the end: a last line without a line feed is a line. */
  end(): void {
    if (this.#isTooLong) this.#endTooLong();
    if (this.#length === 0) return;
    this.#append(Uint8Array.of(LINE_FEED));
    this.#takeLines(this.#length);
    // The line feed is not the file's.
    if (this.#length === 0) this.#offset -= 1;
    this.#length = 0;
  }

  #endTooLong(): void {
    this.#taker.line(undefined, this.#number);
    this.#number += 1;
    this.#isTooLong = false;
    this.#skipped = 0;
  }

  /** Takes the lines up to `end`, where the last of them ends, and keeps the rest. */
  #takeLines(end: number): void {
    const taker = this.#taker;
    const { text: bytes } = this.#reader;
    const stop = this.#stop - this.#offset;
    let at = this.#offset === 0 && BYTE_ORDER_MARK.every((byte, i) => bytes[i] === byte) ? BYTE_ORDER_MARK.length : 0;
    let number = this.#number;
    for (;;) {
      if (at < stop) ({ at, number } = taker.plainLines({ at, end, stop, number }));
      if (at >= end || (at >= stop && !taker.isInRow)) break;
      const next = bytes.indexOf(LINE_FEED, at) + 1;
      const text = this.#reader.decode(at, next - 1);
      taker.line(text.length > MAX_LINE ? undefined : text, number);
      at = next;
      number += 1;
    }
    this.#number = number;
    this.#offset += at;
    bytes.copyWithin(0, at, this.#length);
    this.#length -= at;
  }

  #append(piece: Uint8Array): void {
    this.#reader.text.set(piece, this.#length);
    this.#length += piece.length;
  }
}
