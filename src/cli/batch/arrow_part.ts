import type { World } from '../../kernel/world.js';
import { type FoundProblems, Problems } from '../../requests/problems.js';
import { type ArrowPart, ArrowPartReader, type ArrowTableData } from '../../tables/arrow_part.js';
import type { BatchDecider } from './chunk_decider.js';
import type { Grouping } from './groups.js';
import { type Counts, tallyComparisons, tallyFindings } from './summary.js';

/** What came of a part: plain data. */
export interface ArrowPartAnswer {
  readonly counts: Counts;
  readonly problems: FoundProblems;
}

/** Reads, decides and counts parts of an Arrow table in a worker thread. */
export class ArrowPartDecider {
  readonly #problems = new Problems();
  readonly #reader: ArrowPartReader;

  constructor(table: ArrowTableData, world: World) {
    this.#reader = new ArrowPartReader(table, world, this.#problems);
  }

  /** Counts in `counts`, which are those of no rows. Throws a RequestTableError or a system's error. */
  decide(
    part: ArrowPart,
    [decider, ...compared]: readonly [BatchDecider, ...BatchDecider[]],
    counts: Counts,
    grouping: Grouping | undefined,
  ): ArrowPartAnswer {
    const { desk } = this.#reader;
    try {
      for (const chunk of this.#reader.read(part)) {
        const { rows, plain } = chunk;
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
