import type { Columns } from '../engine/columns.js';
import type { OutputPart, PartEncoder } from '../tables/output_table.js';
import type { RequestChunk } from '../tables/request_table.js';

/** Who decides: an evaluator, or a part of one that is attached to its memory. */
export interface BatchDecider {
  decideBatch(columns: Columns, out: Uint8Array): void;
}

/** Who decides a batch, and those it is compared with. */
export type Deciders = readonly [BatchDecider, ...BatchDecider[]];

/** What deciding and writing rows needs of a chunk. */
export type UndecidedChunk = Pick<RequestChunk, 'columns' | 'rows' | 'firstRow' | 'lines' | 'bad'>;

/** What became of a chunk. */
export interface DecidedChunk {
  readonly verdicts: Uint8Array;
  /** What each of the others answered. */
  readonly others: readonly Uint8Array[];
}

/** Decides a chunk. */
export function decideChunk(
  { columns, rows }: Pick<RequestChunk, 'columns' | 'rows'>,
  [decider, ...compared]: Deciders,
): DecidedChunk {
  const answersOf = (asked: BatchDecider): Uint8Array => {
    const answers = new Uint8Array(rows);
    asked.decideBatch(columns, answers);
    return answers;
  };
  return { verdicts: answersOf(decider), others: compared.map(answersOf) };
}

/** What comes of chunks. Plain data. */
export interface ChunksResult {
  readonly decided: readonly DecidedChunk[];
  readonly parts: readonly OutputPart[];
}

/** Decides chunks; writes their rows where there is an encoder. */
export function decideChunks(
  chunks: readonly UndecidedChunk[],
  deciders: Deciders,
  encoder: PartEncoder | undefined,
): ChunksResult {
  const decided = chunks.map((chunk) => {
    const answers = decideChunk(chunk, deciders);
    encoder?.add(chunk, answers.verdicts);
    return answers;
  });
  return { decided, parts: encoder?.take() ?? [] };
}
