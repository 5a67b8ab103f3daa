import type { WorldNames } from '../../kernel/world.js';
import { openSplitReader } from '../../tables/read_splits.js';
import { type RowDiagnosticCounts, RowDiagnostics } from '../../tables/rows/row_diagnostics.js';
import type { ColumnarSplit, SplitReader, TableData } from '../../tables/split.js';
import type { BatchDecider } from '../decide_chunk.js';
import { countTransientChunk } from '../summary/count_columns.js';
import type { Grouping } from '../summary/group_by.js';
import type { Counts } from '../summary/summary.js';

/** What came of a part: plain data. */
export interface ColumnarSplitResult {
  readonly counts: Counts;
  readonly problems: RowDiagnosticCounts;
}

/** Reads, decides and counts parts of a table in columns in a worker thread. */
export class ColumnarSplitHandler {
  readonly #problems: RowDiagnostics;
  readonly #reader: SplitReader;

  private constructor(reader: SplitReader, problems: RowDiagnostics) {
    this.#reader = reader;
    this.#problems = problems;
  }

  static async open(table: TableData, world: WorldNames): Promise<ColumnarSplitHandler> {
    const problems = new RowDiagnostics();
    return new ColumnarSplitHandler(await openSplitReader(table, world, problems), problems);
  }

  /** What comes before decide() of a part, where anything does. */
  prepare(part: ColumnarSplit): Promise<void> | undefined {
    return this.#reader.prepare(part);
  }

  /** Counts in `counts`, which are those of no rows. Throws a RequestTableError or a system's error. */
  decide(
    part: ColumnarSplit,
    deciders: readonly [BatchDecider, ...BatchDecider[]],
    counts: Counts,
    grouping: Grouping | undefined,
  ): ColumnarSplitResult {
    const { decodeBuffer } = this.#reader;
    try {
      for (const chunk of this.#reader.read(part)) countTransientChunk(chunk, deciders, counts, grouping);
    } catch (error) {
      // The next part starts at nothing.
      this.#problems.drain();
      decodeBuffer.takeCounts(counts.verdicts, counts.tasks);
      throw error;
    }
    decodeBuffer.takeCounts(counts.verdicts, counts.tasks);
    return { counts, problems: this.#problems.drain() };
  }
}
