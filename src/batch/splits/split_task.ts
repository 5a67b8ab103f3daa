import type { WorldNames } from '../../kernel/world.js';
import { DeciderCache } from '../../pool/decider_cache.js';
import { copyChunk, isTransient, type TransientChunk } from '../../tables/columnar/row_batch_reader.js';
import { openSplitReader } from '../../tables/read_splits.js';
import type { RequestChunk, RequestFormat } from '../../tables/request_table.js';
import { RowDiagnostics } from '../../tables/rows/row_diagnostics.js';
import type { Split, SplitEnd, SplitReader, TableData } from '../../tables/split.js';
import type { VerdictRows } from '../../tables/text/verdict_writer.js';
import { generateRequests } from '../../workload/generate_requests.js';
import { type BatchDecider, type DecidedChunk, decideChunk } from '../decide_chunk.js';
import { countTransientChunk } from '../summary/count_columns.js';
import { Grouping } from '../summary/group_by.js';
import type { GroupColumn } from '../summary/group_columns.js';
import { type Counts, emptyCounts, tallyChunk } from '../summary/summary.js';
import { captureReadFailure, type ReadFailure } from './read_failure.js';
import { unpackWorld, type WorldTransfer } from './world_transfer.js';

/** What a batch's worker gets as it starts. */
export interface SplitWorkerData {
  readonly world: WorldTransfer;
  /** Memories of the batch's evaluator and of those it is compared with. */
  readonly memories: readonly WebAssembly.Memory[];
  /** Names of the profiles of the latter. */
  readonly compared: readonly string[];
  /** Of verdict rows, where they are wanted. */
  readonly format?: RequestFormat | undefined;
  /** The table whose splits are read, where they are. */
  readonly table?: TableData | undefined;
  /** What rows are grouped by, where that is asked for. */
  readonly groupBy?: readonly GroupColumn[] | undefined;
}

/** A part of a batch, and a workspace in each memory to decide it from. */
export type SplitTask = { readonly workspaces: readonly number[] } & (
  | {
      /** Sample the rows from `from` up to `to`, decide and count them. */
      readonly kind: 'sample';
      readonly seed: number;
      readonly from: number;
      readonly to: number;
    }
  | {
      /** Read a split of the table; with `isCounted`, decide and count its rows. */
      readonly kind: 'split';
      readonly split: Split;
      readonly isCounted: boolean;
    }
  | {
      /** Decide a chunk and render its rows. */
      readonly kind: 'chunk';
      readonly chunk: Pick<RequestChunk, 'columns' | 'rows' | 'firstRow' | 'lines' | 'bad'>;
    }
);

/** What comes of a split: its chunks, or what was counted of them. Plain data. */
export interface SplitResult {
  readonly end: SplitEnd;
  readonly chunks: readonly RequestChunk[];
  readonly counts?: Counts;
}

/** What a worker answers to each kind of task. */
export interface SplitTaskResults {
  readonly sample: Counts;
  readonly split: SplitResult | ReadFailure;
  readonly chunk: DecidedChunk;
}

type Deciders = readonly [BatchDecider, ...BatchDecider[]];

/** Does parts of a batch in a worker thread. */
export class SplitTaskHandler {
  readonly #data: SplitWorkerData;
  readonly #world: WorldNames;
  readonly #deciders: readonly DeciderCache[];
  readonly #rows: VerdictRows | undefined;
  readonly #grouping: Grouping | undefined;
  readonly #problems: RowDiagnostics;
  readonly #reader: SplitReader | undefined;

  private constructor(
    data: SplitWorkerData,
    world: WorldNames,
    rows: VerdictRows | undefined,
    reader: SplitReader | undefined,
    problems: RowDiagnostics,
  ) {
    this.#data = data;
    this.#world = world;
    this.#rows = rows;
    this.#reader = reader;
    this.#problems = problems;
    this.#grouping = data.groupBy && new Grouping(world, data.groupBy);
    this.#deciders = data.memories.map((memory) => new DeciderCache(memory));
  }

  /** Imports what the batch needs, and no more: threads should start fast. */
  static async open(data: SplitWorkerData): Promise<SplitTaskHandler> {
    const world = unpackWorld(data.world);
    const problems = new RowDiagnostics();
    const rows =
      data.format && new (await import('../../tables/text/verdict_writer.js')).VerdictRows(world, data.format);
    const reader = data.table && (await openSplitReader(data.table, world, problems));
    return new SplitTaskHandler(data, world, rows, reader, problems);
  }

  run(task: SplitTask): SplitTaskResults[SplitTask['kind']] | Promise<SplitTaskResults['split']> {
    const deciders = this.#deciders.map((at, i) => at.at(task.workspaces[i] as number)) as unknown as Deciders;
    if (task.kind === 'chunk') return decideChunk(task.chunk, deciders, this.#rows);
    if (task.kind === 'sample') return this.#sample(task, deciders);
    const reader = this.#reader as SplitReader;
    const read = () => captureReadFailure(() => this.#readSplit(reader, task.split, task.isCounted, deciders));
    return reader.prepare?.(task.split)?.then(read) ?? read();
  }

  #sample({ seed, from, to }: SplitTask & { kind: 'sample' }, deciders: Deciders): Counts {
    const counts = this.#emptyCounts();
    for (const chunk of generateRequests(this.#world, seed, to, { from })) {
      this.#countChunk(chunk, deciders, counts);
    }
    return counts;
  }

  #readSplit(reader: SplitReader, split: Split, isCounted: boolean, deciders: Deciders): SplitResult {
    const chunks: RequestChunk[] = [];
    const counts = isCounted ? this.#emptyCounts() : undefined;
    let rows = 0;
    try {
      for (const chunk of reader.read(split)) {
        rows += chunk.rows;
        if (counts) this.#countChunk(chunk, deciders, counts);
        else chunks.push(isTransient(chunk) ? copyChunk(chunk) : chunk);
      }
    } catch (error) {
      // The next split starts without the problems and counts of this one.
      this.#problems.drain();
      throw error;
    } finally {
      if (counts) reader.decodeBuffer?.takeCounts(counts.verdicts, counts.tasks);
    }
    const { textEnd: text } = reader;
    const end = { rows, problems: this.#problems.drain(), ...(text ? { text } : {}) };
    return { end, chunks, ...(counts ? { counts } : {}) };
  }

  #countChunk(chunk: RequestChunk | TransientChunk, deciders: Deciders, counts: Counts): void {
    if (isTransient(chunk)) {
      countTransientChunk(chunk, deciders, counts, this.#grouping);
      return;
    }
    const { verdicts, others } = decideChunk(chunk, deciders, undefined);
    tallyChunk(counts, chunk, verdicts, others, this.#grouping);
  }

  #emptyCounts(): Counts {
    return emptyCounts(this.#world, this.#data.compared, this.#grouping);
  }

  /** The buffers of a result that may leave this thread for good. */
  static buffersOf(result: SplitTaskResults[SplitTask['kind']]): ArrayBufferLike[] {
    if ('tasks' in result || 'unreadable' in result) return [];
    if ('end' in result) return result.chunks.flatMap(buffersOfChunk);
    const { verdicts, others, text } = result;
    return [verdicts, ...others, ...(text ? [text] : [])].map(({ buffer }) => buffer);
  }
}

function buffersOfChunk({ columns, lines, expects }: RequestChunk): ArrayBufferLike[] {
  return [...Object.values(columns), lines, expects].flatMap((column) => (column ? [column.buffer] : []));
}
