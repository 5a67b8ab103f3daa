import type { WorldNames } from '../../kernel/world.js';
import { DeciderCache } from '../../pool/decider_cache.js';
import { copyChunk, isTransient, type TransientChunk } from '../../tables/columnar/row_batch_reader.js';
import { openOutput } from '../../tables/open_output.js';
import type { OutputPart, OutputTable, PartEncoder } from '../../tables/output_table.js';
import { openSplitReader } from '../../tables/read_splits.js';
import type { RequestChunk } from '../../tables/request_table.js';
import { RowMemory } from '../../tables/row_memory.js';
import { type CopyRoom, roomIn } from '../../tables/rows/copy_room.js';
import { RowDiagnostics } from '../../tables/rows/row_diagnostics.js';
import type { Split, SplitEnd, SplitReader, TableData } from '../../tables/split.js';
import { generateRequests } from '../../workload/generate_requests.js';
import { type ChunksResult, type Deciders, decideChunk, decideChunks, type UndecidedChunk } from '../decide_chunk.js';
import { countTransientChunk } from '../summary/count_columns.js';
import { Grouping } from '../summary/group_by.js';
import type { GroupColumn } from '../summary/group_columns.js';
import { type Counts, emptyCounts, tallyChunk } from '../summary/summary.js';
import { LentEncoders } from './lent_encoders.js';
import { captureReadFailure, type ReadFailure } from './read_failure.js';
import { unpackWorld, type WorldTransfer } from './world_transfer.js';

/** What a batch's worker gets as it starts. */
export interface SplitWorkerData {
  readonly world: WorldTransfer;
  /** Memories of the batch's evaluator and of those it is compared with; none where nothing is decided. */
  readonly memories: readonly WebAssembly.Memory[];
  /** Names of the profiles of the latter. */
  readonly compared: readonly string[];
  /** The table that is written, and the buffers its parts are made in, where there is one. */
  readonly output?: { readonly table: OutputTable; readonly buffers: readonly WebAssembly.Memory[] } | undefined;
  /** The table whose splits are read, where they are. */
  readonly table?: TableData | undefined;
  /** Memories that chunks are handed out in. */
  readonly chunkMemories?: readonly WebAssembly.Memory[] | undefined;
  /** What rows are grouped by, where that is asked for. */
  readonly groupBy?: readonly GroupColumn[] | undefined;
}

/** A part of a batch, a workspace in each memory to decide it from, and the buffer its rows are written in, where they are. */
export type SplitTask = { readonly workspaces: readonly number[]; readonly buffer?: number | undefined } & (
  | {
      /** Sample the rows from `from` up to `to`; decide and count them where there is something to decide with. */
      readonly kind: 'sample';
      readonly seed: number;
      readonly from: number;
      readonly to: number;
    }
  | {
      /** Read a split of the table; decide and count its rows, or hand out its chunks. */
      readonly kind: 'split';
      readonly split: Split;
      readonly wants: SplitWants;
      /** The memory its chunks are handed out in; without one, they are moved. */
      readonly chunkMemory?: number | undefined;
    }
  | {
      /** Decide chunks. */
      readonly kind: 'chunks';
      readonly chunks: readonly UndecidedChunk[];
    }
);

/** What is wanted of a split: its chunks; or they are decided and counted where they are read. */
export type SplitWants = 'chunks' | 'counts';

/** What comes of a split. Plain data. */
export interface SplitResult {
  readonly end: SplitEnd;
  readonly chunks: readonly RequestChunk[];
  readonly counts?: Counts;
  /** Its rows as they are written. */
  readonly parts: readonly OutputPart[];
}

/** What comes of sampled rows. Plain data. */
export interface SampleResult {
  readonly counts: Counts | undefined;
  readonly parts: readonly OutputPart[];
}

/** What a worker answers to each kind of task. */
export interface SplitTaskResults {
  readonly sample: SampleResult;
  readonly split: SplitResult | ReadFailure;
  readonly chunks: ChunksResult;
}

/** Does parts of a batch in a worker thread. */
export class SplitTaskHandler {
  readonly #data: SplitWorkerData;
  readonly #world: WorldNames;
  readonly #deciders: readonly DeciderCache[];
  readonly #encoders: LentEncoders | undefined;
  readonly #grouping: Grouping | undefined;
  readonly #problems: RowDiagnostics;
  readonly #reader: SplitReader | undefined;

  private constructor(
    data: SplitWorkerData,
    world: WorldNames,
    encoders: LentEncoders | undefined,
    reader: SplitReader | undefined,
    problems: RowDiagnostics,
  ) {
    this.#data = data;
    this.#world = world;
    this.#encoders = encoders;
    this.#reader = reader;
    this.#problems = problems;
    this.#grouping = data.groupBy && new Grouping(world, data.groupBy);
    this.#deciders = data.memories.map((memory) => new DeciderCache(memory));
  }

  /** Imports what the batch needs, and no more: threads should start fast. */
  static async open(data: SplitWorkerData): Promise<SplitTaskHandler> {
    const world = unpackWorld(data.world);
    const problems = new RowDiagnostics();
    const { output } = data;
    const encoders = output && new LentEncoders(output.buffers, (await openOutput(world, output.table)).makeEncoder);
    const reader = data.table && (await openSplitReader(data.table, world, problems));
    return new SplitTaskHandler(data, world, encoders, reader, problems);
  }

  run(task: SplitTask): SplitTaskResults[SplitTask['kind']] | Promise<SplitTaskResults['split']> {
    const deciders = this.#deciders.map((at, i) => at.at(task.workspaces[i] as number)) as unknown as Deciders;
    const encoder = task.buffer === undefined ? undefined : this.#encoders?.of(task.buffer);
    if (task.kind === 'chunks') return decideChunks(task.chunks, deciders, encoder);
    if (task.kind === 'sample') return this.#sample(task, deciders, encoder);
    const reader = this.#reader as SplitReader;
    const read = () => captureReadFailure(() => this.#readSplit(reader, task, deciders, encoder));
    return reader.prepare?.(task.split)?.then(read) ?? read();
  }

  #roomOf(chunkMemory: number | undefined): CopyRoom | undefined {
    const memory = chunkMemory === undefined ? undefined : this.#data.chunkMemories?.[chunkMemory];
    return memory && roomIn(new RowMemory(memory));
  }

  #sample(
    { seed, from, to }: SplitTask & { kind: 'sample' },
    deciders: Deciders,
    encoder: PartEncoder | undefined,
  ): SampleResult {
    const counts = this.#deciders.length > 0 ? this.#emptyCounts(to - from) : undefined;
    for (const chunk of generateRequests(this.#world, seed, to, { from })) {
      const verdicts = counts && this.#countChunk(chunk, deciders, counts);
      encoder?.add(chunk, verdicts);
    }
    return { counts, parts: encoder?.take() ?? [] };
  }

  #readSplit(
    reader: SplitReader,
    { split, wants, chunkMemory }: SplitTask & { kind: 'split' },
    deciders: Deciders,
    encoder: PartEncoder | undefined,
  ): SplitResult {
    const chunks: RequestChunk[] = [];
    const counts = wants === 'chunks' ? undefined : this.#emptyCounts('rows' in split ? split.rows : undefined);
    const room = this.#roomOf(chunkMemory);
    let rows = 0;
    try {
      for (const chunk of reader.read(split, room)) {
        rows += chunk.rows;
        if (counts) {
          const verdicts = this.#countChunk(chunk, deciders, counts);
          encoder?.add(chunk, verdicts);
        } else chunks.push(isTransient(chunk) ? copyChunk(chunk, room) : chunk);
      }
    } catch (error) {
      // The next split starts without the problems and rows of this one.
      this.#problems.drain();
      encoder?.take();
      throw error;
    } finally {
      if (counts && !counts.taskPlaces) reader.decodeBuffer?.takeCounts(counts.verdicts, counts.tasks);
    }
    const { textEnd: text } = reader;
    const end = { rows, problems: this.#problems.drain(), ...(text ? { text } : {}) };
    return { end, chunks, ...(counts ? { counts } : {}), parts: encoder?.take() ?? [] };
  }

  /** Answers the verdicts. */
  #countChunk(chunk: RequestChunk | TransientChunk, deciders: Deciders, counts: Counts): Uint8Array {
    if (isTransient(chunk)) {
      countTransientChunk(chunk, deciders, counts, this.#grouping);
      return chunk.decodeBuffer.verdicts(chunk.rows);
    }
    const { verdicts, others } = decideChunk(chunk, deciders);
    tallyChunk(counts, chunk, verdicts, others, this.#grouping);
    return verdicts;
  }

  #emptyCounts(rows: number | undefined): Counts {
    return emptyCounts(this.#world, this.#data.compared, this.#grouping, rows);
  }

  /** The buffers of a result that may leave this thread for good. Those of parts are lent, or few. */
  static buffersOf(result: SplitTaskResults[SplitTask['kind']]): ArrayBufferLike[] {
    if ('decided' in result) {
      return result.decided.flatMap(({ verdicts, others }) => [verdicts, ...others].map(({ buffer }) => buffer));
    }
    return 'end' in result
      ? result.chunks.flatMap(buffersOfChunk).filter((buffer) => buffer instanceof ArrayBuffer)
      : [];
  }
}

function buffersOfChunk({ columns, lines, expects }: RequestChunk): ArrayBufferLike[] {
  return [...Object.values(columns), lines, expects].flatMap((column) => (column ? [column.buffer] : []));
}
