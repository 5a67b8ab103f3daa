import type { World } from '../../kernel/world.js';
import { loadCodecs } from '../../requests/arrow/codecs.js';
import { type FoundProblems, Problems } from '../../requests/problems.js';
import { type ArrowPart, ArrowPartReader, type ArrowTableData } from '../../tables/arrow_part.js';
import type { BatchDecider } from './chunk_decider.js';
import { countOnDesk } from './desk_counts.js';
import type { Grouping } from './groups.js';
import type { Counts } from './summary.js';

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

  /** What comes before decide() of a part: loading codecs, where it is compressed. */
  readied({ slices }: ArrowPart): Promise<void> | undefined {
    return slices.some(({ batch }) => batch.codec !== undefined) ? loadCodecs() : undefined;
  }

  /** Counts in `counts`, which are those of no rows. Throws a RequestTableError or a system's error. */
  decide(
    part: ArrowPart,
    deciders: readonly [BatchDecider, ...BatchDecider[]],
    counts: Counts,
    grouping: Grouping | undefined,
  ): ArrowPartAnswer {
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
