import type { DecodeBuffer } from '../../tables/columnar/decode_buffer.js';
import type { TransientChunk } from '../../tables/columnar/row_batch_reader.js';
import type { BatchDecider } from '../decide_chunk.js';
import type { Grouping } from './group_by.js';
import { type CountedSplit, type Counts, countRows, tallyComparisons, tallyFindings } from './summary.js';

/** Rows that are counted before their counts are passed on: there are as many of these as tasks and outcomes. */
const SPLIT_ROWS = 1 << 20;
/** Milliseconds after which counts are passed on, however few rows they are of. */
const YIELD_MS = 20;

/**
 * Decides the rows of a chunk without a copy. The decode buffer has the counts by verdict and task until they are read, unless places
 * of rows are gathered.
 */
export function countTransientChunk(
  chunk: TransientChunk,
  [decider, ...compared]: readonly [BatchDecider, ...BatchDecider[]],
  counts: Counts,
  grouping: Grouping | undefined,
): void {
  const { decodeBuffer, plain, rows } = chunk;
  const verdicts = decodeBuffer.verdicts(rows);
  decider.decideBatch(plain, verdicts);
  if (counts.taskPlaces) countRows(counts, chunk.columns.task, verdicts);
  else {
    decodeBuffer.count(rows);
    counts.rows += rows;
  }
  const others = compared.map((asked) => {
    const answers = new Uint8Array(rows);
    asked.decideBatch(plain, answers);
    return answers;
  });
  tallyComparisons(counts, chunk, verdicts, others);
  tallyFindings(counts, chunk, verdicts, grouping);
}

/** What is counted of the rows of a table, some at a time; `none` makes counts of no rows. Throws what reading throws. */
export async function* countTransientChunks(
  chunks: AsyncIterable<TransientChunk>,
  deciders: readonly [BatchDecider, ...BatchDecider[]],
  none: () => Counts,
  grouping: Grouping | undefined,
): AsyncGenerator<CountedSplit> {
  let counts = none();
  let lastYield = performance.now();
  const taken = (decodeBuffer: DecodeBuffer): CountedSplit => {
    const part = { counts, rowsBefore: 0, linesBefore: 0 };
    decodeBuffer.takeCounts(counts.verdicts, counts.tasks);
    counts = none();
    lastYield = performance.now();
    return part;
  };
  let last: DecodeBuffer | undefined;
  for await (const chunk of chunks) {
    countTransientChunk(chunk, deciders, counts, grouping);
    last = chunk.decodeBuffer;
    // Rows with a problem take much longer than others, and signals are not to wait for all of them.
    if (counts.rows >= SPLIT_ROWS || performance.now() - lastYield >= YIELD_MS) yield taken(last);
  }
  if (last) yield taken(last);
}
