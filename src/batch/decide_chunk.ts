import type { Columns } from '../engine/columns.js';
import type { RequestChunk } from '../tables/request_table.js';
import type { VerdictTableWriter } from '../tables/writers.js';

/** Who decides: an evaluator, or a part of one that is attached to its memory. */
export interface BatchDecider {
  decideBatch(columns: Columns, out: Uint8Array): void;
}

/** What became of a chunk. */
export interface DecidedChunk {
  readonly verdicts: Uint8Array;
  /** What each of the others answered. */
  readonly others: readonly Uint8Array[];
  /** Its verdict rows as text, where they are wanted. */
  readonly text?: Uint8Array;
}

/** Decides a chunk; where `rows` is given, also writes its verdict rows. */
export function decideChunk(
  chunk: Pick<RequestChunk, 'columns' | 'rows' | 'firstRow' | 'lines' | 'bad'>,
  [decider, ...compared]: readonly [BatchDecider, ...BatchDecider[]],
  rows: VerdictTableWriter | undefined,
): DecidedChunk {
  const answersOf = (asked: BatchDecider): Uint8Array => {
    const answers = new Uint8Array(chunk.rows);
    asked.decideBatch(chunk.columns, answers);
    return answers;
  };
  const verdicts = answersOf(decider);
  const others = compared.map(answersOf);
  return { verdicts, others, ...(rows ? { text: rows.rows(chunk, verdicts) } : {}) };
}
