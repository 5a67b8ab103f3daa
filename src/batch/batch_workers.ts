import type { Evaluator } from '../engine/evaluator.js';
import { shareEvaluator } from '../engine/share.js';
import { SlotWorkspaces } from '../pool/slot_workspaces.js';
import type { AddedNames } from '../tables/columnar/verdict_columns.js';
import type { RequestChunk, RequestFormat } from '../tables/request_table.js';
import type { Split, TableData } from '../tables/split.js';
import { runWithRetry } from '../workers/retry.js';
import { WorkerPool } from '../workers/worker_pool.js';
import { BLOCK_ROWS } from '../workload/generate_requests.js';
import type { DecidedChunk } from './decide_chunk.js';
import type { ReadFailure } from './splits/read_failure.js';
import type { SplitResult, SplitTask, SplitWants, SplitWorkerData } from './splits/split_task.js';
import { packWorld } from './splits/world_transfer.js';
import type { GroupColumn } from './summary/group_columns.js';
import type { Counts } from './summary/summary.js';

/** Rows that a worker samples at a time: some twenty milliseconds of work. */
const SAMPLE_ROWS = 16 * BLOCK_ROWS;

/** What worker threads are for. */
export interface BatchWorkersOptions {
  readonly workers: number;
  readonly signal?: AbortSignal | undefined;
  /** Of verdict rows as text, where they are wanted. */
  readonly format?: RequestFormat | undefined;
  /** Where verdict rows in columns are wanted: which names rows can add. */
  readonly columns?: AddedNames | undefined;
  /** The table whose splits are read, where they are. */
  readonly table?: TableData | undefined;
  /** What rows are grouped by, where that is asked for. */
  readonly groupBy?: readonly GroupColumn[] | undefined;
}

/** Worker threads that do parts of one batch. */
export class BatchWorkers {
  readonly workers: number;
  readonly #workerPool: WorkerPool;
  readonly #workspaces: SlotWorkspaces;
  readonly #signal: AbortSignal | undefined;

  /** The first evaluator is the batch's, the others are those it is compared with. */
  constructor(
    evaluators: readonly [Evaluator, ...Evaluator[]],
    { workers, signal, format, columns, table, groupBy }: BatchWorkersOptions,
  ) {
    const [{ world }, ...compared] = evaluators;
    const memories = evaluators.map((evaluator) => shareEvaluator(evaluator).memory);
    const workerData: SplitWorkerData = {
      world: packWorld(world),
      memories,
      compared: compared.map((other) => other.world.profile.name),
      format,
      columns,
      table,
      groupBy,
    };
    this.workers = workers;
    this.#signal = signal;
    this.#workspaces = new SlotWorkspaces(memories, workers);
    this.#workerPool = new WorkerPool({
      workers,
      file: new URL('../batch/splits/split_worker.js', import.meta.url),
      workerData,
    });
  }

  /** A chunk's verdicts and its rows as text. */
  decide({ columns, rows, firstRow, lines, bad }: RequestChunk): Promise<DecidedChunk> {
    const chunk = { columns, rows, firstRow, ...(lines ? { lines } : {}), bad };
    return this.#run(formatRows(firstRow, firstRow + rows), (workspaces) => ({ kind: 'chunk', chunk, workspaces }));
  }

  /** What is wanted of a split of the table. */
  readSplit(split: Split, wants: SplitWants): Promise<SplitResult | ReadFailure> {
    const what =
      'isStart' in split
        ? `on bytes ${split.from} to ${split.to}`
        : formatRows(split.firstRow, split.firstRow + split.rows);
    return this.#run(what, (workspaces) => ({ kind: 'split', split, wants, workspaces }));
  }

  /** Samples, decides and counts `rows` rows, part by part; `count` is called with what each part counted, in any order. */
  async sample(seed: number, rows: number, count: (part: Counts) => void): Promise<void> {
    let next = 0;
    const sampleParts = async (): Promise<void> => {
      while (next < rows) {
        const from = next;
        const to = Math.min(from + SAMPLE_ROWS, rows);
        next = to;
        count(
          await this.#run<Counts>(formatRows(from, to), (workspaces) => ({
            kind: 'sample',
            seed,
            from,
            to,
            workspaces,
          })),
        );
      }
    };
    await Promise.all(Array.from({ length: this.workers }, sampleParts));
  }

  /** Ends the threads, whatever they do. */
  async close(): Promise<void> {
    await this.#workerPool.close();
    this.#workspaces.release();
  }

  #run<Result>(what: string, make: (workspaces: readonly number[]) => SplitTask): Promise<Result> {
    return runWithRetry(this.#workerPool, what, (slot) => make(this.#workspaces.of(slot)), this.#signal);
  }
}

/** Rows from `from` to before `to`, as people count them. */
function formatRows(from: number, to: number): string {
  return `on rows ${from + 1} to ${to}`;
}
