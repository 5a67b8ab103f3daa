import type { WorldNames } from '../../kernel/world.js';
import { DeciderCache } from '../../pool/decider_cache.js';
import { copyChunk, isTransient, type TransientChunk } from '../../tables/columnar/row_batch_reader.js';
import type { AddedNames, OutputPart, PartEncoder } from '../../tables/columnar/verdict_columns.js';
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
  /** Of verdict rows as text, where they are wanted. */
  readonly format?: RequestFormat | undefined;
  /** Where verdict rows in columns are wanted: which names rows can add. */
  readonly columns?: AddedNames | undefined;
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
      /** Read a split of the table, and do with its rows what is wanted. */
      readonly kind: 'split';
      readonly split: Split;
      readonly wants: SplitWants;
    }
  | {
      /** Decide a chunk and render its rows. */
      readonly kind: 'chunk';
      readonly chunk: Pick<RequestChunk, 'columns' | 'rows' | 'firstRow' | 'lines' | 'bad'>;
    }
);

/** What is wanted of a split: its chunks; or they are decided and counted where they are read, and their verdict rows written too. */
export type SplitWants = 'chunks' | 'counts' | 'rows';

/** What comes of a split. Plain data. */
export interface SplitResult {
  readonly end: SplitEnd;
  readonly chunks: readonly RequestChunk[];
  readonly counts?: Counts;
  /** Verdict rows, of a text table or of one in columns. */
  readonly texts?: readonly Uint8Array[];
  readonly parts?: readonly OutputPart[];
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
  readonly #parts: PartEncoder | undefined;
  readonly #grouping: Grouping | undefined;
  readonly #problems: RowDiagnostics;
  readonly #reader: SplitReader | undefined;

  private constructor(
    data: SplitWorkerData,
    world: WorldNames,
    rows: VerdictRows | undefined,
    parts: PartEncoder | undefined,
    reader: SplitReader | undefined,
    problems: RowDiagnostics,
  ) {
    this.#data = data;
    this.#world = world;
    this.#rows = rows;
    this.#parts = parts;
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
    const parts =
      data.columns && new (await import('../../tables/columnar/verdict_columns.js')).PartEncoder(world, data.columns);
    const reader = data.table && (await openSplitReader(data.table, world, problems));
    return new SplitTaskHandler(data, world, rows, parts, reader, problems);
  }

  run(task: SplitTask): SplitTaskResults[SplitTask['kind']] | Promise<SplitTaskResults['split']> {
    const deciders = this.#deciders.map((at, i) => at.at(task.workspaces[i] as number)) as unknown as Deciders;
    if (task.kind === 'chunk') return decideChunk(task.chunk, deciders, this.#rows);
    if (task.kind === 'sample') return this.#sample(task, deciders);
    const reader = this.#reader as SplitReader;
    const read = () => captureReadFailure(() => this.#readSplit(reader, task.split, task.wants, deciders));
    return reader.prepare?.(task.split)?.then(read) ?? read();
  }

  #sample({ seed, from, to }: SplitTask & { kind: 'sample' }, deciders: Deciders): Counts {
    const counts = this.#emptyCounts();
    for (const chunk of generateRequests(this.#world, seed, to, { from })) {
      this.#countChunk(chunk, deciders, counts);
    }
    return counts;
  }

  #readSplit(reader: SplitReader, split: Split, wants: SplitWants, deciders: Deciders): SplitResult {
    const chunks: RequestChunk[] = [];
    const texts: Uint8Array[] = [];
    const counts = wants === 'chunks' ? undefined : this.#emptyCounts();
    let rows = 0;
    try {
      for (const chunk of reader.read(split)) {
        rows += chunk.rows;
        if (counts) {
          const verdicts = this.#countChunk(chunk, deciders, counts);
          if (wants !== 'rows') continue;
          if (this.#rows) texts.push(this.#rows.rows(chunk, verdicts));
          this.#parts?.add(chunk, verdicts);
        } else chunks.push(isTransient(chunk) ? copyChunk(chunk) : chunk);
      }
    } catch (error) {
      // The next split starts without the problems and counts of this one.
      this.#problems.drain();
      this.#parts?.take();
      throw error;
    } finally {
      if (counts) reader.decodeBuffer?.takeCounts(counts.verdicts, counts.tasks);
    }
    const { textEnd: text } = reader;
    const end = { rows, problems: this.#problems.drain(), ...(text ? { text } : {}) };
    const parts = this.#parts?.take();
    return { end, chunks, ...(counts ? { counts } : {}), texts, ...(parts ? { parts } : {}) };
  }

  /** Answers the verdicts. */
  #countChunk(chunk: RequestChunk | TransientChunk, deciders: Deciders, counts: Counts): Uint8Array {
    if (isTransient(chunk)) {
      countTransientChunk(chunk, deciders, counts, this.#grouping);
      return chunk.decodeBuffer.verdicts(chunk.rows);
    }
    const { verdicts, others } = decideChunk(chunk, deciders, undefined);
    tallyChunk(counts, chunk, verdicts, others, this.#grouping);
    return verdicts;
  }

  #emptyCounts(): Counts {
    return emptyCounts(this.#world, this.#data.compared, this.#grouping);
  }

  /** The buffers of a result that may leave this thread for good. */
  static buffersOf(result: SplitTaskResults[SplitTask['kind']]): ArrayBufferLike[] {
    if ('tasks' in result || 'unreadable' in result) return [];
    if ('end' in result) {
      const { chunks, texts = [], parts = [] } = result;
      return [...chunks.flatMap(buffersOfChunk), ...texts.map(({ buffer }) => buffer), ...parts.flatMap(buffersOfPart)];
    }
    const { verdicts, others, text } = result;
    return [verdicts, ...others, ...(text ? [text] : [])].map(({ buffer }) => buffer);
  }
}

/** The buffers of a part. */
function buffersOfPart({ lines, cells }: OutputPart): ArrayBufferLike[] {
  const views = [...(lines ? [lines] : []), ...cells.flatMap(({ data, valid }) => [data, valid])];
  return views.filter((view) => view.length > 0).map(({ buffer }) => buffer);
}

function buffersOfChunk({ columns, lines, expects }: RequestChunk): ArrayBufferLike[] {
  return [...Object.values(columns), lines, expects].flatMap((column) => (column ? [column.buffer] : []));
}
