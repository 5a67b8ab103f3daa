import { readSync } from 'node:fs';
import type { RequestChunk, RequestFormat } from '../../tables/request_table.js';
import type { CellNames } from '../../tables/rows/cell_resolvers.js';
import { type RowDiagnosticCounts, RowDiagnostics } from '../../tables/rows/row_diagnostics.js';
import { TableReader } from '../../tables/text/text_reader.js';
import type { Counts } from '../summary/summary.js';
import { FileTruncatedError } from './read_failure.js';

const READ_BYTES = 1 << 18;
/** What is read at a time to find the end of the last row. */
const READ_BEYOND = 1 << 14;
/** Most that is read for that: twice what the longest line may have. */
const MAX_BEYOND = 1 << 23;
const LINE_FEED = 0x0a;

/** A part of a text table, without its header. */
export interface TextSplit {
  /** The file, open in this process. */
  readonly fd: number;
  /** Its bytes. */
  readonly size: number;
  readonly format: RequestFormat;
  /** The part has the rows that start from byte `from` up to `to`. */
  readonly from: number;
  readonly to: number;
  /** Whether a row starts at `from`. Else the first line that starts from there on is taken for one. */
  readonly isStart: boolean;
  /** For CSV: the request column of each field, below 0 for none. */
  readonly columns?: readonly number[] | undefined;
}

/** What came of a part. Plain data; rows and lines count from the part's first. */
export interface ReadTextSplit {
  /** Where its first row starts; `to` or more where none does. */
  readonly start: number;
  /** Where the next row starts; undefined where a row goes on for too long to be followed. */
  readonly end: number | undefined;
  readonly rows: number;
  readonly lines: number;
  /** Keys of an NDJSON part, in the order they were met. */
  readonly keys: readonly string[];
  readonly problems: RowDiagnosticCounts;
}

/** What a worker answers: the chunks it read, or what it counted of them. */
export interface TextSplitResult {
  readonly read: ReadTextSplit;
  readonly chunks: readonly RequestChunk[];
  readonly counts?: Counts;
}

/** Reads a part and hands its chunks over. Throws a system error or a FileTruncatedError. */
export function readTextSplit(names: CellNames, part: TextSplit, take: (chunk: RequestChunk) => void): ReadTextSplit {
  const { fd, size, format, to, columns } = part;
  const scratch = new Uint8Array(READ_BYTES);
  const pieceAt = (at: number, most: number): Uint8Array => {
    const wanted = Math.min(most, size - at, READ_BYTES);
    const got = wanted > 0 ? readSync(fd, scratch, 0, wanted, at) : 0;
    if (got === 0 && wanted > 0) throw new FileTruncatedError();
    return scratch.subarray(0, got);
  };
  const start = part.isStart ? part.from : nextLine(part.from, to, pieceAt);
  const problems = new RowDiagnostics();
  const reader = new TableReader(names, format, { problems }, { from: start, line: 1, stop: to, columns });
  let rows = 0;
  const takeAll = (): void => {
    for (const chunk of reader.take()) {
      rows += chunk.rows;
      take(chunk);
    }
  };
  let end: number | undefined;
  for (let at = start; start < to; ) {
    const piece = pieceAt(at, at < to ? to - at : READ_BEYOND);
    at += piece.length;
    if (piece.length > 0) reader.push(piece);
    else reader.end();
    takeAll();
    if (reader.isDone || piece.length === 0) {
      end = reader.offset;
      break;
    }
    if (at > to + MAX_BEYOND) break;
  }
  const { first, counts, total, rows: bad } = problems;
  return {
    start,
    end: start < to ? end : start,
    rows,
    lines: reader.line - 1,
    keys: reader.keys.added,
    problems: { first, counts, total, rows: bad },
  };
}

/** Where the first line starts from `from` on, as far as `to`. */
function nextLine(from: number, to: number, pieceAt: (at: number, most: number) => Uint8Array): number {
  for (let at = from - 1; at < to; ) {
    const piece = pieceAt(at, to - at);
    const end = piece.indexOf(LINE_FEED) + 1;
    if (end > 0) return at + end;
    if (piece.length === 0) break;
    at += piece.length;
  }
  return to;
}
