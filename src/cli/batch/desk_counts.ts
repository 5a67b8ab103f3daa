import type { Desk } from '../../requests/columnar/desk.js';
import type { FleetingChunk } from '../../requests/columnar/slices.js';
import type { BatchDecider } from './chunk_decider.js';
import type { Grouping } from './groups.js';
import { type CountedPart, type Counts, tallyComparisons, tallyFindings } from './summary.js';

/** Rows that are counted before their counts are passed on: there are as many of these as tasks and outcomes. */
const PART_ROWS = 1 << 20;
/** Milliseconds after which counts are passed on, however few rows they are of. */
const BREATH_MS = 20;

/** Decides the rows of a chunk where they lie. The desk holds the counts by verdict and task until these are taken from it. */
export function countOnDesk(
  chunk: FleetingChunk,
  [decider, ...compared]: readonly [BatchDecider, ...BatchDecider[]],
  counts: Counts,
  grouping: Grouping | undefined,
): void {
  const { desk, plain, rows } = chunk;
  const verdicts = desk.verdicts(rows);
  decider.checkBatch(plain, verdicts);
  desk.count(rows);
  counts.rows += rows;
  const others = compared.map((asked) => {
    const answers = new Uint8Array(rows);
    asked.checkBatch(plain, answers);
    return answers;
  });
  tallyComparisons(counts, verdicts, others);
  tallyFindings(counts, chunk, verdicts, grouping);
}

/** What is counted of the rows of a table, some at a time; `none` makes counts of no rows. Throws what reading throws. */
export async function* countOnDesks(
  chunks: AsyncIterable<FleetingChunk>,
  deciders: readonly [BatchDecider, ...BatchDecider[]],
  none: () => Counts,
  grouping: Grouping | undefined,
): AsyncGenerator<CountedPart> {
  let counts = none();
  let breathed = performance.now();
  const taken = (desk: Desk): CountedPart => {
    const part = { counts, rowsBefore: 0, linesBefore: 0 };
    desk.takeCounts(counts.verdicts, counts.tasks);
    counts = none();
    breathed = performance.now();
    return part;
  };
  let last: Desk | undefined;
  for await (const chunk of chunks) {
    countOnDesk(chunk, deciders, counts, grouping);
    last = chunk.desk;
    // Rows with a problem take much longer than others, and signals are not to wait for all of them.
    if (counts.rows >= PART_ROWS || performance.now() - breathed >= BREATH_MS) yield taken(last);
  }
  if (last) yield taken(last);
}
