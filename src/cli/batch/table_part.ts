import type { World } from '../../kernel/world.js';
import { Problems } from '../../requests/problems.js';
import { RequestTableError } from '../../requests/table.js';
import { type ArrowPart, ArrowPartReader, type ArrowTableData } from '../../tables/arrow_part.js';
import type { BatchDecider } from './chunk_decider.js';
import { type Counts, type Expectations, type PartFindings, tallyComparisons, tallyExpectations } from './summary.js';
import type { UnreadablePart } from './unreadable_part.js';

/** Reads, decides and counts parts of a table in a worker thread. */
export class TablePart {
  readonly #problems = new Problems();
  readonly #reader: ArrowPartReader;

  readonly #file: string;

  constructor(table: ArrowTableData, world: World) {
    this.#file = table.file;
    this.#reader = new ArrowPartReader(table, world, this.#problems);
  }

  /** Counts in `counts`, which are those of no rows. */
  decide(
    part: ArrowPart,
    deciders: readonly [BatchDecider, ...BatchDecider[]],
    counts: Counts,
  ): PartFindings | UnreadablePart {
    const [decider, ...compared] = deciders;
    const { desk } = this.#reader;
    const expectations: Expectations = { checked: 0, unmet: 0, first: [] };
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
        tallyExpectations(expectations, chunk, verdicts);
      }
    } catch (error) {
      this.#problems.takePart();
      desk.takeCounts(counts.verdicts, counts.tasks);
      if (!(error instanceof RequestTableError)) return { refused: { file: this.#file, cause: error } };
      const { file, line, column, reason } = error;
      return { refused: { file, line, column, reason } };
    }
    desk.takeCounts(counts.verdicts, counts.tasks);
    return { ...counts, expectations, problems: this.#problems.takePart() };
  }
}
