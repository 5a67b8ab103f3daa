import type { Evaluator } from '../../engine/evaluator.js';
import { Crew } from '../../pool/crew.js';
import { persist } from '../../pool/persist.js';
import { SlotPlaces } from '../../pool/slot_places.js';
import { BLOCK_ROWS } from '../../requests/generate.js';
import type { RequestChunk, RequestFormat } from '../../requests/table.js';
import type { ArrowPart, ArrowTableData } from '../../tables/arrow_part.js';
import type { DecidedChunk } from './chunk_decider.js';
import type { PartTask, PartWorkerData } from './part.js';
import type { Counts, PartFindings } from './summary.js';
import { readable, type UnreadablePart } from './unreadable_part.js';
import { packWorld } from './world_data.js';

/** Rows a worker draws at a time: some twenty milliseconds of work. */
const DRAW_ROWS = 16 * BLOCK_ROWS;

/** A part of a batch. */
interface Part {
  /** `of rows 1 to 1000` */
  readonly what: string;
  readonly make: (places: readonly number[]) => PartTask;
}

/** Worker threads that do parts of one batch. */
export class Hands {
  readonly workers: number;
  readonly #crew: Crew;
  readonly #places: SlotPlaces;
  readonly #signal: AbortSignal | undefined;

  /** The first evaluator is the batch's, the others are those it is compared with. `format` is that of verdict rows, where they are wanted; `table` the one parts are read of. */
  constructor(
    evaluators: readonly [Evaluator, ...Evaluator[]],
    format: RequestFormat | undefined,
    workers: number,
    signal: AbortSignal | undefined,
    table?: ArrowTableData,
  ) {
    const [{ world }, ...compared] = evaluators;
    const memories = evaluators.map((evaluator) => evaluator.share().memory);
    const workerData: PartWorkerData = {
      // Nothing a batch asks depends on a bpffs.
      world: packWorld({ ...world, bpffs: [] }),
      memories,
      compared: compared.map((other) => other.world.profile.name),
      ...(format ? { format } : {}),
      ...(table ? { table } : {}),
    };
    this.workers = workers;
    this.#signal = signal;
    this.#places = new SlotPlaces(memories, workers);
    this.#crew = new Crew({ workers, file: new URL('./part_worker.js', import.meta.url), workerData });
  }

  /** A chunk's verdicts and its rows as text. */
  decide({ columns, rows, firstRow, lines, bad }: RequestChunk): Promise<DecidedChunk> {
    const chunk = { columns, rows, firstRow, ...(lines ? { lines } : {}), bad };
    return this.#part(rowsWords(firstRow, firstRow + rows), (places) => ({ kind: 'chunk', chunk, places }));
  }

  /** Draws, decides and counts `rows` rows, part by part; `count` is called with what each part counted, in any order. */
  async draw(seed: number, rows: number, count: (part: Counts) => void): Promise<void> {
    const parts = function* (): Generator<Part> {
      for (let from = 0; from < rows; from += DRAW_ROWS) {
        const to = Math.min(from + DRAW_ROWS, rows);
        yield { what: rowsWords(from, to), make: (places) => ({ kind: 'draw', seed, from, to, places }) };
      }
    };
    await this.#share<Counts>(parts(), count);
  }

  /**
   * Reads, decides and counts the parts of the table; `take` is called with each and its findings, in any order. Rejects
   * with a RequestTableError, or a BatchFileError, where a part cannot be read.
   */
  async read(parts: Iterable<ArrowPart>, take: (part: ArrowPart, findings: PartFindings) => void): Promise<void> {
    const tasks = function* (): Generator<Part & { readonly part: ArrowPart }> {
      for (const part of parts) {
        const { firstRow, rows } = part;
        yield { part, what: rowsWords(firstRow, firstRow + rows), make: (places) => ({ kind: 'read', part, places }) };
      }
    };
    await this.#share<PartFindings | UnreadablePart, Part & { readonly part: ArrowPart }>(
      tasks(),
      (findings, { part }) => take(part, readable(findings)),
    );
  }

  /** Ends the threads, whatever they do. */
  async dismiss(): Promise<void> {
    await this.#crew.close();
    this.#places.release();
  }

  /** Gives each worker a part whenever it is free, as long as there are any. */
  async #share<Result, Given extends Part = Part>(
    parts: Iterator<Given>,
    take: (result: Result, part: Given) => void,
  ): Promise<void> {
    const passOn = async (): Promise<void> => {
      for (let next = parts.next(); !next.done; next = parts.next()) {
        const { what, make } = next.value;
        take(await this.#part<Result>(what, make), next.value);
      }
    };
    await Promise.all(Array.from({ length: this.workers }, passOn));
  }

  #part<Result>(what: string, make: (places: readonly number[]) => PartTask): Promise<Result> {
    return persist(this.#crew, what, (slot) => make(this.#places.of(slot)), this.#signal);
  }
}

/** Rows from `from` to before `to`, as people count them. */
function rowsWords(from: number, to: number): string {
  return `of rows ${from + 1} to ${to}`;
}
