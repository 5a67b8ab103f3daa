import { setImmediate } from 'node:timers/promises';
import type { Evaluator } from '../engine/evaluator.js';
import { throwIfAborted } from '../errors.js';
import type { World } from '../kernel/world.js';
import type { RequestChunk } from '../tables/request_table.js';
import type { SplittableTable, TableData } from '../tables/split.js';
import type { VerdictTableWriter } from '../tables/writers.js';
import type { BatchWorkers, BatchWorkersOptions } from './batch_workers.js';
import { type DecidedChunk, decideChunk } from './decide_chunk.js';
import { BadRowError } from './errors.js';
import type { BatchOptions } from './options.js';
import { DIFFERENCES_HEADER, differencesCsv } from './output/differences_writer.js';
import type { OpenSink } from './output/open_sink.js';
import { addedNames, isText } from './output/verdict_writer.js';
import type { BatchPlan } from './plan.js';
import type { OpenSource } from './source.js';
import type { DecidedSplit } from './splits/split_reading.js';
import { countTransientChunks } from './summary/count_columns.js';
import { checkGroups, type Grouping } from './summary/group_by.js';
import { addCounts, type CountedSplit, type Counts, emptyCounts, type Summary, tallyChunk } from './summary/summary.js';

/** Milliseconds between two calls of onProgress, and at most between two looks at signals and timers. */
const PROGRESS_MS = 100;
const YIELD_MS = 20;
/** Chunks that are read ahead for each worker while earlier ones are decided. */
const CHUNKS_AHEAD = 2;

/** Rows of a split whose verdict rows are written: several splits are held as a whole, and a row can take hundreds of bytes. */
const WRITTEN_ROWS = 131_072;
/** What each plan that reads splits wants of them. */
const WANTS = { count_splits: 'counts', read_splits: 'chunks', write_splits: 'rows' } as const;

/** A chunk on its way. */
interface Pending {
  readonly chunk: RequestChunk;
  readonly decided: DecidedChunk | Promise<DecidedChunk>;
}

/** A batch whose source and output are open. */
export interface OpenBatch {
  readonly options: BatchOptions;
  readonly world: World;
  readonly plan: BatchPlan;
  readonly source: OpenSource;
  readonly output: OpenSink | undefined;
  /** Where rows go that are answered otherwise. */
  readonly differences: OpenSink | undefined;
  /** Writes verdict rows, where they are wanted. */
  readonly rows: VerdictTableWriter | undefined;
  readonly grouping: Grouping | undefined;
  readonly summary: Summary;
}

/** Decides what comes from the source, as the plan says; writes its rows to the output in order, and counts in the summary. */
export function executePlan(batch: OpenBatch): Promise<void> {
  return new BatchRunner(batch).run();
}

class BatchRunner {
  readonly #options: BatchOptions;
  readonly #world: World;
  readonly #plan: BatchPlan;
  readonly #source: OpenSource;
  readonly #output: OpenSink | undefined;
  readonly #differences: OpenSink | undefined;
  readonly #rows: VerdictTableWriter | undefined;
  readonly #summary: Summary;
  readonly #grouping: Grouping | undefined;
  readonly #evaluators: readonly [Evaluator, ...Evaluator[]];
  #batchWorkers: BatchWorkers | undefined;
  #reported = performance.now();

  constructor({ options, world, plan, source, output, differences, rows, grouping, summary }: OpenBatch) {
    this.#options = options;
    this.#world = world;
    this.#plan = plan;
    this.#source = source;
    this.#output = output;
    this.#differences = differences;
    this.#rows = rows;
    this.#summary = summary;
    this.#grouping = grouping;
    this.#evaluators = [options.evaluator, ...(options.compare ?? [])];
  }

  async run(): Promise<void> {
    try {
      if (this.#plan.kind === 'sample_in_workers') await this.#sampleInWorkers(this.#plan.workers);
      else await this.#passChunks(await this.#read());
    } finally {
      await this.#batchWorkers?.close();
    }
    this.#report();
  }

  async #sampleInWorkers(workers: number): Promise<void> {
    const { source } = this.#options;
    if (source.kind !== 'generated') throw new TypeError(`a ${source.kind} source is not sampled`);
    const batchWorkers = await this.#startWorkers(workers);
    await batchWorkers.sample(source.seed, source.rows, (part) => {
      addCounts(this.#summary, part);
      this.#reportSometimes();
    });
  }

  /** The rows of the source, or what was counted of them where they were read. */
  async #read(): Promise<AsyncIterable<RequestChunk | CountedSplit | DecidedSplit> | Iterable<RequestChunk>> {
    const { chunks, transient } = this.#source;
    const plan = this.#plan;
    if (plan.kind === 'count_splits' || plan.kind === 'read_splits' || plan.kind === 'write_splits') {
      return this.#readSplits(plan);
    }
    if (plan.kind === 'count_in_place' && transient) {
      const compared = (this.#options.compare ?? []).map(({ world }) => world.profile.name);
      const none = (): Counts => emptyCounts(this.#world, compared, this.#grouping);
      return countTransientChunks(transient, this.#evaluators, none, this.#grouping);
    }
    return chunks;
  }

  async #readSplits(
    plan: BatchPlan & { kind: 'count_splits' | 'read_splits' | 'write_splits' },
  ): Promise<AsyncIterable<RequestChunk | DecidedSplit>> {
    const table = (await this.#source.splittable?.()) as SplittableTable;
    const batchWorkers = await this.#startWorkers(plan.workers, table.data);
    const { readSplits } = await import('./splits/split_reading.js');
    const wants = WANTS[plan.kind];
    const sizes = { bytes: plan.splitBytes, rows: wants === 'rows' ? WRITTEN_ROWS : undefined };
    return this.#source.withReadErrors(readSplits(table, batchWorkers, { wants, sizes, signal: this.#options.signal }));
  }

  async #passChunks(
    chunks: AsyncIterable<RequestChunk | CountedSplit | DecidedSplit> | Iterable<RequestChunk>,
  ): Promise<void> {
    const { signal } = this.#options;
    const plan = this.#plan;
    const pending: Pending[] = [];
    let lastYield = performance.now();
    let count = 0;
    await this.#differences?.write(DIFFERENCES_HEADER);
    let hasReader = this.#output && this.#rows ? await this.#output.write(this.#rows.header) : true;
    for await (const chunk of chunks) {
      throwIfAborted(signal);
      this.#throwOnFirstBadRow();
      if ('counts' in chunk) {
        addCounts(this.#summary, chunk.counts, chunk.rowsBefore, chunk.linesBefore);
        if (this.#summary.groupCounts) checkGroups(this.#summary.groupCounts);
        if ('parts' in chunk) hasReader = await this.#writeSplit(chunk);
        this.#reportSometimes();
        if (!hasReader) break;
      } else {
        if (plan.kind === 'render_in_workers' && count >= plan.fromChunk && !this.#batchWorkers) {
          await this.#startWorkers(plan.workers);
        }
        count += 1;
        pending.push({ chunk, decided: this.#decide(chunk) });
        const ahead = this.#batchWorkers ? CHUNKS_AHEAD * this.#batchWorkers.workers : 0;
        if (pending.length > ahead) hasReader = await this.#finish(pending.shift() as Pending);
        if (!hasReader) break;
      }
      // Sampled rows never wait for anything: without a pause, signals and timers would not get their turn.
      const now = performance.now();
      if (now - lastYield >= YIELD_MS) {
        lastYield = now;
        await setImmediate();
      }
    }
    this.#throwOnFirstBadRow();
    for (const next of pending) {
      if (!hasReader) break;
      hasReader = await this.#finish(next);
    }
    const footer = hasReader && this.#rows?.footer?.();
    if (this.#output && footer) hasReader = await this.#output.write(footer);
    this.#summary.isTruncated = !hasReader;
  }

  /** Problems are known as soon as rows are read, the first of the table first. Throws a BadRowError. */
  #throwOnFirstBadRow(): void {
    const [first] = this.#summary.problems.first;
    if (first && this.#options.strict) throw new BadRowError(this.#source.file, first);
  }

  #decide(chunk: RequestChunk): DecidedChunk | Promise<DecidedChunk> {
    if (!this.#batchWorkers) return decideChunk(chunk, this.#evaluators, this.#rows);
    const decided = this.#batchWorkers.decide(chunk);
    // Where an earlier chunk fails, this result is not awaited.
    decided.catch(() => undefined);
    return decided;
  }

  /** Writes the rows of a split. Answers false where the output is not read any more. */
  async #writeSplit({ texts, parts }: DecidedSplit): Promise<boolean> {
    const output = this.#output;
    if (!output) return true;
    for (const text of texts) if (!(await output.write(text))) return false;
    for (const part of parts) {
      const bytes = this.#rows?.part?.(part);
      if (bytes && !(await output.write(bytes))) return false;
    }
    return true;
  }

  /** Counts a chunk and writes its rows. Answers false where the output is not read any more. */
  async #finish({ chunk, decided }: Pending): Promise<boolean> {
    const { verdicts, others, text } = await decided;
    throwIfAborted(this.#options.signal);
    tallyChunk(this.#summary, chunk, verdicts, others, this.#grouping);
    if (this.#differences) {
      const profiles = this.#summary.comparisons.map(({ profile }) => profile);
      const rows = differencesCsv(chunk, verdicts, profiles, others);
      if (rows !== '' && !(await this.#differences.write(rows))) return false;
    }
    if (this.#summary.groupCounts) checkGroups(this.#summary.groupCounts);
    const hasReader = this.#output && text ? await this.#output.write(text) : true;
    this.#reportSometimes();
    return hasReader;
  }

  async #startWorkers(workers: number, table?: TableData): Promise<BatchWorkers> {
    // Imported where it is needed: most batches are over before it would be.
    const { BatchWorkers } = await import('./batch_workers.js');
    const { signal } = this.#options;
    const groupBy = this.#grouping?.columns;
    this.#batchWorkers = new BatchWorkers(this.#evaluators, {
      workers,
      signal,
      ...this.#written(),
      table,
      groupBy,
    });
    return this.#batchWorkers;
  }

  /** What workers write. */
  #written(): Pick<BatchWorkersOptions, 'format' | 'columns'> {
    const { sink, source } = this.#options;
    if (!sink || sink.kind === 'none') return {};
    return isText(sink.format) ? { format: sink.format } : { columns: addedNames(source) };
  }

  #reportSometimes(): void {
    const now = performance.now();
    if (now - this.#reported < PROGRESS_MS) return;
    this.#reported = now;
    this.#report();
  }

  #report(): void {
    const { totalRows, totalBytes } = this.#source;
    this.#options.onProgress?.({
      rows: this.#summary.rows,
      bytes: this.#source.bytesRead(),
      ...(totalRows === undefined ? {} : { totalRows }),
      ...(totalBytes === undefined ? {} : { totalBytes }),
    });
  }
}
