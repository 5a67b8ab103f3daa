import type { WorldNames } from '../../kernel/world.js';
import { DeciderCache } from '../../pool/decider_cache.js';
import type { RequestChunk, RequestFormat } from '../../tables/request_table.js';
import { type CellNames, cellNames } from '../../tables/rows/cell_resolvers.js';
import type { ColumnarSplit, TableData } from '../../tables/split.js';
import type { VerdictRows } from '../../tables/text/verdict_writer.js';
import { generateRequests } from '../../workload/generate_requests.js';
import { type BatchDecider, type DecidedChunk, decideChunk } from '../decide_chunk.js';
import { Grouping } from '../summary/group_by.js';
import type { GroupColumn } from '../summary/group_columns.js';
import { type Counts, emptyCounts, tallyChunk } from '../summary/summary.js';
import type { ColumnarSplitHandler, ColumnarSplitResult } from './columnar_split.js';
import { captureReadFailure, type ReadFailure } from './read_failure.js';
import type { readTextSplit, TextSplit, TextSplitResult } from './text_split.js';
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
  /** The table in columns that parts are read of, where they are. */
  readonly table?: TableData | undefined;
  /** What rows are grouped by, where that is asked for. */
  readonly groupBy?: readonly GroupColumn[] | undefined;
}

/** A part of a batch, and a place in each memory to decide it from. */
export type SplitTask = { readonly places: readonly number[] } & (
  | {
      /** Draw the rows from `from` up to `to`, decide and count them. */
      readonly kind: 'draw';
      readonly seed: number;
      readonly from: number;
      readonly to: number;
    }
  | {
      /** Read a part of a text table; with `isCounted`, also decide and count its requests. */
      readonly kind: 'text';
      readonly part: TextSplit;
      readonly isCounted: boolean;
    }
  | {
      /** Read a part of a table in columns, decide and count its rows. */
      readonly kind: 'table';
      readonly part: ColumnarSplit;
    }
  | {
      /** Decide a chunk and write its rows. */
      readonly kind: 'chunk';
      readonly chunk: Pick<RequestChunk, 'columns' | 'rows' | 'firstRow' | 'lines' | 'bad'>;
    }
);

/** What a worker answers to each kind of part. */
export interface SplitResults {
  readonly draw: Counts;
  readonly text: TextSplitResult | ReadFailure;
  readonly table: ColumnarSplitResult | ReadFailure;
  readonly chunk: DecidedChunk;
}

/** Does parts of a batch in a worker thread. */
export class SplitTaskHandler {
  readonly #data: SplitWorkerData;
  readonly #world: WorldNames;
  readonly #deciders: readonly DeciderCache[];
  readonly #rows: VerdictRows | undefined;
  readonly #table: ColumnarSplitHandler | undefined;
  readonly #readTextSplit: typeof readTextSplit | undefined;
  readonly #grouping: Grouping | undefined;
  #names: CellNames | undefined;

  private constructor(
    data: SplitWorkerData,
    world: WorldNames,
    rows: VerdictRows | undefined,
    table: ColumnarSplitHandler | undefined,
    textReader: typeof readTextSplit | undefined,
  ) {
    this.#data = data;
    this.#world = world;
    this.#rows = rows;
    this.#table = table;
    this.#readTextSplit = textReader;
    this.#grouping = data.groupBy && new Grouping(world, data.groupBy);
    this.#deciders = data.memories.map((memory) => new DeciderCache(memory));
  }

  /** Loads what the batch needs, and no more: threads should start fast. */
  static async open(data: SplitWorkerData): Promise<SplitTaskHandler> {
    const world = unpackWorld(data.world);
    const rows =
      data.format && new (await import('../../tables/text/verdict_writer.js')).VerdictRows(world, data.format);
    const table =
      data.table && (await (await import('./columnar_split.js')).ColumnarSplitHandler.open(data.table, world));
    const textReader = data.table ? undefined : (await import('./text_split.js')).readTextSplit;
    return new SplitTaskHandler(data, world, rows, table, textReader);
  }

  run(task: SplitTask): SplitResults[SplitTask['kind']] | Promise<SplitResults['table']> {
    const deciders = this.#deciders.map((at, i) => at.at(task.places[i] as number)) as unknown as [BatchDecider];
    if (task.kind === 'chunk') return decideChunk(task.chunk, deciders, this.#rows);
    if (task.kind === 'text') {
      return captureReadFailure(() => this.#readText(task.part, task.isCounted ? deciders : undefined));
    }
    const counts = emptyCounts(this.#world, this.#data.compared, this.#grouping);
    if (task.kind === 'table') {
      const table = this.#table as ColumnarSplitHandler;
      const decide = () => captureReadFailure(() => table.decide(task.part, deciders, counts, this.#grouping));
      return table.prepare(task.part)?.then(decide) ?? decide();
    }
    for (const chunk of generateRequests(this.#world, task.seed, task.to, { from: task.from })) {
      const { verdicts, others } = decideChunk(chunk, deciders, undefined);
      tallyChunk(counts, chunk, verdicts, others, this.#grouping);
    }
    return counts;
  }

  /** Reads a part, and counts what `deciders` answer where they are given. */
  #readText(part: TextSplit, deciders: readonly [BatchDecider] | undefined): TextSplitResult {
    this.#names ??= cellNames(this.#world);
    const chunks: RequestChunk[] = [];
    const counts = deciders && emptyCounts(this.#world, this.#data.compared, this.#grouping);
    const read = (this.#readTextSplit as typeof readTextSplit)(this.#names, part, (chunk) => {
      if (!counts) {
        chunks.push(chunk);
        return;
      }
      const { verdicts, others } = decideChunk(chunk, deciders, undefined);
      tallyChunk(counts, chunk, verdicts, others, this.#grouping);
    });
    return { read, chunks, ...(counts ? { counts } : {}) };
  }

  /** The buffers of a result that may leave this thread for good. */
  static buffersOf(result: SplitResults[SplitTask['kind']]): ArrayBufferLike[] {
    if ('tasks' in result || 'unreadable' in result || 'problems' in result) return [];
    if ('read' in result) return result.chunks.flatMap(buffersOfChunk);
    const { verdicts, others, text } = result;
    return [verdicts, ...others, ...(text ? [text] : [])].map(({ buffer }) => buffer);
  }
}

function buffersOfChunk({ columns, lines, expects }: RequestChunk): ArrayBufferLike[] {
  return [...Object.values(columns), lines, expects].flatMap((column) => (column ? [column.buffer] : []));
}
