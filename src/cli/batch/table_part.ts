import type { World } from '../../kernel/world.js';
import { Problems } from '../../requests/problems.js';
import { RequestTableError } from '../../requests/table.js';
import { type ArrowPart, ArrowPartReader, type ArrowTableData } from '../../tables/arrow_table.js';
import type { BatchDecider } from './chunk_decider.js';
import { BatchFileError } from './errors.js';
import { type Counts, type Expectations, type PartFindings, tallyComparisons, tallyExpectations } from './summary.js';

/** Why a part cannot be read: an error loses its class on its way between threads. */
export interface UnreadablePart {
  readonly refused: Pick<RequestTableError, 'file' | 'line' | 'column' | 'reason'> | { file: string; cause: unknown };
}

/** What a worker found. Throws a RequestTableError or a BatchFileError where that is that it cannot be read. */
export function readable(found: PartFindings | UnreadablePart): PartFindings {
  if (!('refused' in found)) return found;
  const { refused } = found;
  if ('cause' in refused) throw new BatchFileError('read', refused.file, refused.cause);
  throw new RequestTableError(refused.file, refused.line, refused.column, refused.reason);
}

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
