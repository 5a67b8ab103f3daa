import type { WorldNames } from '../../kernel/world.js';
import { Deciders } from '../../pool/deciders.js';
import { type CellNames, cellNames } from '../../requests/cell_names.js';
import { generateRequests } from '../../requests/generate.js';
import type { RequestChunk, RequestFormat } from '../../requests/table.js';
import type { TableData, TablePart } from '../../tables/parts.js';
import { type BatchDecider, type DecidedChunk, decideChunk } from './chunk_decider.js';
import type { GroupColumn } from './group_columns.js';
import { Grouping } from './groups.js';
import { type Counts, emptyCounts, tallyChunk } from './summary.js';
import type { TablePartAnswer, TablePartDecider } from './table_part.js';
import type { readTextPart, TextPart } from './text_part.js';
import type { TextPartAnswer } from './text_parts.js';
import { orUnreadable, type UnreadablePart } from './unreadable_part.js';
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
  readonly format?: RequestFormat | undefined;
  /** The table in columns that parts are read of, where they are. */
  readonly table?: TableData | undefined;
  /** What rows are grouped by, where that is asked for. */
  readonly groupBy?: readonly GroupColumn[] | undefined;
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
      /** Read a part of a text table; with `isCounted`, also decide and count its requests. */
      readonly kind: 'text';
      readonly part: TextPart;
      readonly isCounted: boolean;
    }
  | {
      /** Read a part of a table in columns, decide and count its rows. */
      readonly kind: 'table';
      readonly part: TablePart;
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
  readonly text: TextPartAnswer | UnreadablePart;
  readonly table: TablePartAnswer | UnreadablePart;
  readonly chunk: DecidedChunk;
}

/** Does parts of a batch in a worker thread. */
export class PartDecider {
  readonly #data: PartWorkerData;
  readonly #world: WorldNames;
  readonly #deciders: readonly Deciders[];
  readonly #rows: VerdictRows | undefined;
  readonly #table: TablePartDecider | undefined;
  readonly #readTextPart: typeof readTextPart | undefined;
  readonly #grouping: Grouping | undefined;
  #names: CellNames | undefined;

  private constructor(
    data: PartWorkerData,
    world: WorldNames,
    rows: VerdictRows | undefined,
    table: TablePartDecider | undefined,
    textReader: typeof readTextPart | undefined,
  ) {
    this.#data = data;
    this.#world = world;
    this.#rows = rows;
    this.#table = table;
    this.#readTextPart = textReader;
    this.#grouping = data.groupBy && new Grouping(world, data.groupBy);
    this.#deciders = data.memories.map((memory) => new Deciders(memory));
  }

  /** Loads what the batch needs, and no more: threads should start fast. */
  static async open(data: PartWorkerData): Promise<PartDecider> {
    const world = unpackWorld(data.world);
    const rows = data.format && new (await import('./verdict_rows.js')).VerdictRows(world, data.format);
    const table = data.table && (await (await import('./table_part.js')).TablePartDecider.open(data.table, world));
    const textReader = data.table ? undefined : (await import('./text_part.js')).readTextPart;
    return new PartDecider(data, world, rows, table, textReader);
  }

  run(task: PartTask): PartResults[PartTask['kind']] | Promise<PartResults['table']> {
    const deciders = this.#deciders.map((at, i) => at.at(task.places[i] as number)) as unknown as [BatchDecider];
    if (task.kind === 'chunk') return decideChunk(task.chunk, deciders, this.#rows);
    if (task.kind === 'text') {
      return orUnreadable(() => this.#readText(task.part, task.isCounted ? deciders : undefined));
    }
    const counts = emptyCounts(this.#world, this.#data.compared, this.#grouping);
    if (task.kind === 'table') {
      const table = this.#table as TablePartDecider;
      const decide = () => orUnreadable(() => table.decide(task.part, deciders, counts, this.#grouping));
      return table.readied(task.part)?.then(decide) ?? decide();
    }
    for (const chunk of generateRequests(this.#world, task.seed, task.to, { from: task.from })) {
      const { verdicts, others } = decideChunk(chunk, deciders, undefined);
      tallyChunk(counts, chunk, verdicts, others, this.#grouping);
    }
    return counts;
  }

  /** Reads a part, and counts what `deciders` answer where they are given. */
  #readText(part: TextPart, deciders: readonly [BatchDecider] | undefined): TextPartAnswer {
    this.#names ??= cellNames(this.#world);
    const chunks: RequestChunk[] = [];
    const counts = deciders && emptyCounts(this.#world, this.#data.compared, this.#grouping);
    const read = (this.#readTextPart as typeof readTextPart)(this.#names, part, (chunk) => {
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
  static buffersOf(result: PartResults[PartTask['kind']]): ArrayBufferLike[] {
    if ('tasks' in result || 'unreadable' in result || 'problems' in result) return [];
    if ('read' in result) return result.chunks.flatMap(buffersOfChunk);
    const { verdicts, others, text } = result;
    return [verdicts, ...others, ...(text ? [text] : [])].map(({ buffer }) => buffer);
  }
}

function buffersOfChunk({ columns, lines, expects }: RequestChunk): ArrayBufferLike[] {
  return [...Object.values(columns), lines, expects].flatMap((column) => (column ? [column.buffer] : []));
}
