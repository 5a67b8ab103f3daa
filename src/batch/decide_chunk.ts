import type { Columns } from '../engine/columns.js';
import type { RequestChunk } from '../tables/request_table.js';

/** Who decides: an evaluator, or a part of one that is attached to its memory. */
export interface BatchDecider {
  decideBatch(columns: Columns, out: Uint8Array): void;
}

/** What became of a chunk. */
export interface DecidedChunk {
  readonly verdicts: Uint8Array;
  /** What each of the others answered. */
  readonly others: readonly Uint8Array[];
}

/** Decides a chunk. */
export function decideChunk(
  { columns, rows }: Pick<RequestChunk, 'columns' | 'rows'>,
  [decider, ...compared]: readonly [BatchDecider, ...BatchDecider[]],
): DecidedChunk {
  const answersOf = (asked: BatchDecider): Uint8Array => {
    const answers = new Uint8Array(rows);
    asked.decideBatch(columns, answers);
    return answers;
  };
  return { verdicts: answersOf(decider), others: compared.map(answersOf) };
}
