import type { WorldNames } from '../../kernel/world.js';
import { type FoundProblems, Problems } from '../../requests/problems.js';
import { openPartReader, type PartReader, type TableData, type TablePart } from '../../tables/parts.js';
import type { BatchDecider } from './chunk_decider.js';
import { countOnDesk } from './desk_counts.js';
import type { Grouping } from './groups.js';
import type { Counts } from './summary.js';

/** What came of a part: plain data. */
export interface TablePartAnswer {
  readonly counts: Counts;
  readonly problems: FoundProblems;
}

/** Reads, decides and counts parts of a table in columns in a worker thread. */
export class TablePartDecider {
  readonly #problems: Problems;
  readonly #reader: PartReader;

  private constructor(reader: PartReader, problems: Problems) {
    this.#reader = reader;
    this.#problems = problems;
  }

  static async open(table: TableData, world: WorldNames): Promise<TablePartDecider> {
    const problems = new Problems();
    return new TablePartDecider(await openPartReader(table, world, problems), problems);
  }

  /** What comes before decide() of a part, where anything does. */
  readied(part: TablePart): Promise<void> | undefined {
    return this.#reader.readied(part);
  }

  /** Counts in `counts`, which are those of no rows. Throws a RequestTableError or a system's error. */
  decide(
    part: TablePart,
    deciders: readonly [BatchDecider, ...BatchDecider[]],
    counts: Counts,
    grouping: Grouping | undefined,
  ): TablePartAnswer {
    const { desk } = this.#reader;
    try {
      for (const chunk of this.#reader.read(part)) countOnDesk(chunk, deciders, counts, grouping);
    } catch (error) {
      // The next part starts at nothing.
      this.#problems.takePart();
      desk.takeCounts(counts.verdicts, counts.tasks);
      throw error;
    }
    desk.takeCounts(counts.verdicts, counts.tasks);
    return { counts, problems: this.#problems.takePart() };
  }
}
