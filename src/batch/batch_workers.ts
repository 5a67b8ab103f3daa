import type { Evaluator } from '../engine/evaluator.js';
import { shareEvaluator } from '../engine/share.js';
import type { WorldNames } from '../kernel/world.js';
import { SlotWorkspaces } from '../pool/slot_workspaces.js';
import type { Split, TableData } from '../tables/split.js';
import { runWithRetry } from '../workers/retry.js';
import { WorkerPool } from '../workers/worker_pool.js';
import { BLOCK_ROWS } from '../workload/generate_requests.js';
import type { ChunksResult, UndecidedChunk } from './decide_chunk.js';
import type { PartOutput } from './output/part_output.js';
import { LentMemories } from './splits/lent_memories.js';
import type { ReadFailure } from './splits/read_failure.js';
import type { SampleResult, SplitResult, SplitTask, SplitWants, SplitWorkerData } from './splits/split_task.js';
import { packWorld } from './splits/world_transfer.js';
import type { GroupColumn } from './summary/group_columns.js';
import type { Counts } from './summary/summary.js';

/** Rows that a worker samples and counts at a time: some twenty milliseconds of work. */
const SAMPLE_ROWS = 16 * BLOCK_ROWS;

/** For each worker: as many splits are read ahead, decided, or waited with for more. */
const CHUNK_MEMORIES = 5;

/** What is lent to a split: where its rows are written, and where its chunks are handed out. */
export interface LentToSplit {
  readonly buffer?: number | undefined;
  readonly chunkMemory?: number | undefined;
}

/** What worker threads are for. */
export interface BatchWorkersOptions {
  readonly workers: number;
  readonly signal?: AbortSignal | undefined;
  /** Where rows are written. */
  readonly output?: PartOutput | undefined;
  /** The table whose splits are read, where they are. */
  readonly table?: TableData | undefined;
  /** Whether chunks of its splits are handed out. */
  readonly handsOutChunks?: boolean;
  /** What rows are grouped by, where that is asked for. */
  readonly groupBy?: readonly GroupColumn[] | undefined;
}

/** Worker threads that do parts of one batch. */
export class BatchWorkers {
  readonly workers: number;
  readonly #workerPool: WorkerPool;
  readonly #workspaces: SlotWorkspaces;
  readonly #signal: AbortSignal | undefined;
  /** Where chunks of splits are handed out. */
  readonly chunkMemories: LentMemories | undefined;

  /** The first evaluator is the batch's, the others are those it is compared with. Without any, rows are not decided. */
  constructor(
    world: WorldNames,
    evaluators: readonly Evaluator[],
    { workers, signal, output, table, handsOutChunks, groupBy }: BatchWorkersOptions,
  ) {
    this.chunkMemories = handsOutChunks ? new LentMemories(CHUNK_MEMORIES * workers) : undefined;
    const memories = evaluators.map((evaluator) => shareEvaluator(evaluator).memory);
    const workerData: SplitWorkerData = {
      world: packWorld(world),
      memories,
      compared: evaluators.slice(1).map((other) => other.world.profile.name),
      output: output && { table: output.table, buffers: output.buffers.all },
      table,
      chunkMemories: this.chunkMemories?.all,
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

  /** Verdicts of chunks, and their rows in an output buffer. */
  decide(given: readonly UndecidedChunk[], buffer: number | undefined): Promise<ChunksResult> {
    const chunks = given.map(({ columns, rows, firstRow, lines, bad }): UndecidedChunk => {
      return { columns, rows, firstRow, ...(lines ? { lines } : {}), bad };
    });
    const [first, last] = [chunks[0], chunks.at(-1)] as [UndecidedChunk, UndecidedChunk];
    const what = formatRows(first.firstRow, last.firstRow + last.rows);
    return this.#run(what, (workspaces) => ({ kind: 'chunks', chunks, workspaces, buffer }));
  }

  /** What is wanted of a split of the table; with an output buffer, its rows in that. */
  readSplit(
    split: Split,
    wants: SplitWants,
    { buffer, chunkMemory }: LentToSplit = {},
  ): Promise<SplitResult | ReadFailure> {
    const what =
      'isStart' in split
        ? `on bytes ${split.from} to ${split.to}`
        : formatRows(split.firstRow, split.firstRow + split.rows);
    return this.#run(what, (workspaces) => ({ kind: 'split', split, wants, workspaces, buffer, chunkMemory }));
  }

  /** Samples the rows from `from`, a multiple of BLOCK_ROWS, up to `to`; decides and counts them, and writes them in an output buffer. */
  sample(seed: number, from: number, to: number, buffer?: number): Promise<SampleResult> {
    return this.#run(formatRows(from, to), (workspaces) => ({ kind: 'sample', seed, from, to, workspaces, buffer }));
  }

  /** Samples, decides and counts `rows` rows, part by part; `count` is called with what each part counted, in any order. */
  async countSampled(seed: number, rows: number, count: (part: Counts) => void): Promise<void> {
    let next = 0;
    const sampleParts = async (): Promise<void> => {
      while (next < rows) {
        const from = next;
        next = Math.min(from + SAMPLE_ROWS, rows);
        const { counts } = await this.sample(seed, from, next);
        if (counts) count(counts);
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
