import type { World } from '../../kernel/world.js';
import { Deciders } from '../../pool/deciders.js';
import { generateRequests } from '../../requests/generate.js';
import type { RequestChunk, RequestFormat } from '../../requests/table.js';
import type { ArrowPart, ArrowTableData } from '../../tables/arrow_part.js';
import { type BatchDecider, type DecidedChunk, decideChunk } from './chunk_decider.js';
import { type Counts, emptyCounts, type PartFindings, tally } from './summary.js';
import type { TablePart } from './table_part.js';
import type { UnreadablePart } from './unreadable_part.js';
import type { VerdictRows } from './verdict_rows.js';
import { unpackWorld, type WorldData } from './world_data.js';

/** What a batch's worker gets as it starts. */
export interface PartWorkerData {
  readonly world: WorldData;
  /** Memories of the batch's evaluator and of those it is compared with. */
  readonly memories: readonly WebAssembly.Memory[];
  /** Names of the profiles of the latter. */
  readonly compared: readonly string[];
  /** Of verdict rows, where they are wanted. */
  readonly format?: RequestFormat;
  /** The table that parts are read of, where they are. */
  readonly table?: ArrowTableData;
}

/** A part of a batch, and a place in each memory to decide it from. */
export type PartTask = { readonly places: readonly number[] } & (
  | {
      /** Draw the rows from `from` up to `to`, decide and count them. */
      readonly kind: 'draw';
      readonly seed: number;
      readonly from: number;
      readonly to: number;
    }
  | {
      /** Read a part of the table, decide and count its rows. */
      readonly kind: 'read';
      readonly part: ArrowPart;
    }
  | {
      /** Decide a chunk and write its rows. */
      readonly kind: 'chunk';
      readonly chunk: Pick<RequestChunk, 'columns' | 'rows' | 'firstRow' | 'lines' | 'bad'>;
    }
);

/** What a worker answers to each kind of part. */
export interface PartResults {
  readonly draw: Counts;
  readonly read: PartFindings | UnreadablePart;
  readonly chunk: DecidedChunk;
}

/** Does parts of a batch in a worker thread. */
export class PartDecider {
  readonly #data: PartWorkerData;
  readonly #world: World;
  readonly #deciders: readonly Deciders[];
  readonly #rows: VerdictRows | undefined;
  readonly #table: TablePart | undefined;

  private constructor(data: PartWorkerData, world: World, rows: VerdictRows | undefined, table: TablePart | undefined) {
    this.#data = data;
    this.#world = world;
    this.#rows = rows;
    this.#table = table;
    this.#deciders = data.memories.map((memory) => new Deciders(memory));
  }

  /** Loads what the batch needs, and no more: threads should start fast. */
  static async open(data: PartWorkerData): Promise<PartDecider> {
    const world = unpackWorld(data.world);
    const rows = data.format && new (await import('./verdict_rows.js')).VerdictRows(world, data.format);
    const table = data.table && new (await import('./table_part.js')).TablePart(data.table, world);
    return new PartDecider(data, world, rows, table);
  }

  run(task: PartTask): PartResults[PartTask['kind']] {
    const deciders = this.#deciders.map((at, i) => at.at(task.places[i] as number)) as unknown as [BatchDecider];
    if (task.kind === 'chunk') return decideChunk(task.chunk, deciders, this.#rows);
    const counts = emptyCounts(this.#world, this.#data.compared);
    if (task.kind === 'read') return (this.#table as TablePart).decide(task.part, deciders, counts);
    for (const chunk of generateRequests(this.#world, task.seed, task.to, { from: task.from })) {
      const { verdicts, others } = decideChunk(chunk, deciders, undefined);
      tally(counts, chunk.columns.task, verdicts, others);
    }
    return counts;
  }

  /** The buffers of a result that may leave this thread for good. */
  static buffersOf(result: PartResults[PartTask['kind']]): ArrayBufferLike[] {
    if (!('verdicts' in result) || 'tasks' in result) return [];
    const { verdicts, others, text } = result;
    return [verdicts, ...others, ...(text ? [text] : [])].map(({ buffer }) => buffer);
  }
}
