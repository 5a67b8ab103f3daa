import { setImmediate } from 'node:timers/promises';
import type { Evaluator } from '../engine/evaluator.js';
import { throwIfAborted } from '../errors.js';
import type { World } from '../kernel/world.js';
import type { RequestChunk } from '../tables/request_table.js';
import type { SplittableTable, TableData } from '../tables/split.js';
import type { BatchWorkers } from './batch_workers.js';
import { ChunkGroups } from './chunk_groups.js';
import { type ChunksResult, decideChunks } from './decide_chunk.js';
import { BadRowError } from './errors.js';
import type { BatchOptions } from './options.js';
import { DIFFERENCES_HEADER, differencesCsv } from './output/differences_writer.js';
import type { OpenSink } from './output/open_sink.js';
import type { LentParts, PartOutput } from './output/part_output.js';
import type { BatchPlan } from './plan.js';
import type { OpenSource } from './source.js';
import { AHEAD } from './splits/lent_memories.js';
import type { DecidedSplit, LentChunk } from './splits/split_reading.js';
import { countTransientChunks } from './summary/count_columns.js';
import { checkGroups, type Grouping } from './summary/group_by.js';
import { addCounts, type CountedSplit, type Counts, emptyCounts, type Summary, tallyChunk } from './summary/summary.js';

/** Milliseconds between two calls of onProgress, and at most between two looks at signals and timers. */
const PROGRESS_MS = 100;
const YIELD_MS = 20;

/** Chunks on their way, and the buffer their rows are written in. */
interface Pending {
  readonly chunks: readonly RequestChunk[];
  readonly buffer: number | undefined;
  readonly decided: Promise<ChunksResult>;
}

/** A batch whose source and output are open. */
export interface OpenBatch {
  readonly options: BatchOptions;
  readonly world: World;
  readonly plan: BatchPlan;
  readonly source: OpenSource;
  /** Where verdict rows go, where they are wanted. */
  readonly output: PartOutput | undefined;
  /** Where rows go that are answered otherwise. */
  readonly differences: OpenSink | undefined;
  readonly grouping: Grouping | undefined;
  readonly summary: Summary;
}

/** Decides what comes from the source, as the plan says; writes its rows to the output in order, and counts in the summary. */
export function executePlan(batch: OpenBatch): Promise<void> {
  return new BatchRunner(batch).run();
}

/** What a source gives: chunks, or what became of rows where they were read or drawn. */
type Given = RequestChunk | LentChunk | CountedSplit | DecidedSplit;

class BatchRunner {
  readonly #options: BatchOptions;
  readonly #world: World;
  readonly #plan: BatchPlan;
  readonly #source: OpenSource;
  readonly #output: PartOutput | undefined;
  readonly #differences: OpenSink | undefined;
  readonly #summary: Summary;
  readonly #grouping: Grouping | undefined;
  readonly #evaluators: readonly [Evaluator, ...Evaluator[]];
  #batchWorkers: BatchWorkers | undefined;
  readonly #pending: Pending[] = [];
  #hasReader = true;
  #reported = performance.now();

  constructor({ options, world, plan, source, output, differences, grouping, summary }: OpenBatch) {
    this.#options = options;
    this.#world = world;
    this.#plan = plan;
    this.#source = source;
    this.#output = output;
    this.#differences = differences;
    this.#summary = summary;
    this.#grouping = grouping;
    this.#evaluators = [options.evaluator, ...(options.compare ?? [])];
  }

  async run(): Promise<void> {
    try {
      await this.#differences?.write(DIFFERENCES_HEADER);
      if (this.#output) this.#hasReader = await this.#output.begin();
      if (this.#plan.kind === 'sample_in_workers' && !this.#output) await this.#countSampled(this.#plan.workers);
      else await this.#pass(await this.#read());
      if (this.#output && this.#hasReader) this.#hasReader = await this.#output.end();
      this.#summary.isTruncated = !this.#hasReader;
    } finally {
      await this.#batchWorkers?.close();
    }
    this.#report();
  }

  async #countSampled(workers: number): Promise<void> {
    const { seed, rows } = this.#sampled();
    const batchWorkers = await this.#startWorkers(workers);
    await batchWorkers.countSampled(seed, rows, (part) => {
      addCounts(this.#summary, part);
      this.#reportSometimes();
    });
  }

  /** The rows of the source, or what became of them where they were read. */
  async #read(): Promise<AsyncIterable<Given> | Iterable<Given>> {
    const { chunks, transient } = this.#source;
    const plan = this.#plan;
    if (plan.kind === 'sample_in_workers') return this.#sample(plan.workers);
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

  async *#sample(workers: number): AsyncGenerator<DecidedSplit> {
    const { seed, rows } = this.#sampled();
    const { buffers, partRows } = this.#output as PartOutput;
    const batchWorkers = await this.#startWorkers(workers);
    const { sampleParts } = await import('./splits/sampling.js');
    for await (const { counts, written } of sampleParts(batchWorkers, {
      seed,
      rows,
      partRows,
      buffers,
    })) {
      yield { counts: counts as Counts, rowsBefore: 0, linesBefore: 0, written };
    }
  }

  #sampled(): { readonly seed: number; readonly rows: number } {
    const { source } = this.#options;
    if (source.kind !== 'generated') throw new TypeError(`a ${source.kind} source is not sampled`);
    return source;
  }

  async #readSplits(
    plan: BatchPlan & { kind: 'count_splits' | 'read_splits' | 'write_splits' },
  ): Promise<AsyncIterable<Given>> {
    const table = (await this.#source.splittable?.()) as SplittableTable;
    const handsOutChunks = plan.kind === 'read_splits';
    const batchWorkers = await this.#startWorkers(plan.workers, table.data, handsOutChunks);
    const { readSplits } = await import('./splits/split_reading.js');
    const buffers = plan.kind === 'write_splits' ? this.#output?.buffers : undefined;
    const options = {
      wants: handsOutChunks ? 'chunks' : 'counts',
      sizes: { bytes: plan.splitBytes, rows: buffers && this.#output?.partRows },
      buffers,
      signal: this.#options.signal,
    } as const;
    return this.#source.withReadErrors(readSplits(table, batchWorkers, options));
  }

  async #pass(given: AsyncIterable<Given> | Iterable<Given>): Promise<void> {
    const { signal } = this.#options;
    const plan = this.#plan;
    let lastYield = performance.now();
    let count = 0;
    const groups = new ChunkGroups(this.#output?.partRows ?? 0);
    if (!this.#hasReader) return;
    for await (const chunk of given) {
      throwIfAborted(signal);
      this.#throwOnFirstBadRow();
      if ('counts' in chunk) await this.#takeSplit(chunk);
      else {
        if (plan.kind === 'decide_in_workers' && count >= plan.fromChunk && !this.#batchWorkers) {
          await this.#startWorkers(plan.workers);
        }
        count += 1;
        for (const group of groups.add(chunk)) await this.#decide(group);
      }
      if (!this.#hasReader) return;
      // Sampled rows never wait for anything: without a pause, signals and timers would not get their turn.
      const now = performance.now();
      if (now - lastYield >= YIELD_MS) {
        lastYield = now;
        await setImmediate();
      }
    }
    this.#throwOnFirstBadRow();
    for (const group of groups.end()) await this.#decide(group);
    while (this.#pending.length > 0 && this.#hasReader) await this.#finishFirst();
  }

  /** Problems are known as soon as rows are read, the first of the table first. Throws a BadRowError. */
  #throwOnFirstBadRow(): void {
    const [first] = this.#summary.problems.first;
    if (first && this.#options.strict) throw new BadRowError(this.#source.file, first);
  }

  /** Has chunks decided, after waiting for those before where there are enough of them. */
  async #decide(chunks: readonly RequestChunk[]): Promise<void> {
    const buffer = await this.#buffer();
    if (!this.#hasReader) return;
    const decided = this.#batchWorkers ? this.#batchWorkers.decide(chunks, buffer) : this.#decideHere(chunks, buffer);
    // Where an earlier chunk fails, this result is not awaited.
    decided.catch(() => undefined);
    this.#pending.push({ chunks, buffer, decided });
    const ahead = this.#batchWorkers ? AHEAD * this.#batchWorkers.workers : 0;
    while (this.#pending.length > ahead && this.#hasReader) await this.#finishFirst();
  }

  async #decideHere(chunks: readonly RequestChunk[], buffer: number | undefined): Promise<ChunksResult> {
    const encoder = buffer === undefined ? undefined : this.#output?.encoder(buffer);
    return decideChunks(chunks, this.#evaluators, encoder);
  }

  /** A buffer for the next rows; undefined where none are written. */
  async #buffer(): Promise<number | undefined> {
    const buffers = this.#output?.buffers;
    if (!buffers) return undefined;
    for (;;) {
      const buffer = buffers.take();
      if (buffer !== undefined) return buffer;
      if (this.#pending.length === 0 || !this.#hasReader) return buffers.wait();
      await this.#finishFirst();
    }
  }

  async #takeSplit(split: CountedSplit | DecidedSplit): Promise<void> {
    addCounts(this.#summary, split.counts, split.rowsBefore, split.linesBefore);
    if (this.#summary.groupCounts) checkGroups(this.#summary.groupCounts);
    if ('written' in split && split.written) await this.#write(split.written);
    this.#reportSometimes();
  }

  /** Counts the first chunks that are on their way, and writes their rows. */
  async #finishFirst(): Promise<void> {
    const { chunks, buffer, decided } = this.#pending.shift() as Pending;
    const { decided: answers, parts } = await decided;
    throwIfAborted(this.#options.signal);
    for (const [i, chunk] of chunks.entries()) {
      const { verdicts, others } = answers[i] as ChunksResult['decided'][number];
      tallyChunk(this.#summary, chunk, verdicts, others, this.#grouping);
      if (!this.#differences) continue;
      const profiles = this.#summary.comparisons.map(({ profile }) => profile);
      const rows = differencesCsv(chunk, verdicts, profiles, others);
      if (rows !== '' && !(await this.#differences.write(rows))) this.#hasReader = false;
    }
    for (const chunk of chunks) if ('release' in chunk) (chunk as LentChunk).release();
    if (this.#summary.groupCounts) checkGroups(this.#summary.groupCounts);
    if (buffer !== undefined && this.#hasReader) await this.#write({ parts, buffer });
    this.#reportSometimes();
  }

  async #write(parts: LentParts): Promise<void> {
    if (this.#output && !(await this.#output.write(parts))) this.#hasReader = false;
  }

  async #startWorkers(workers: number, table?: TableData, handsOutChunks = false): Promise<BatchWorkers> {
    // Imported where it is needed: most batches are over before it would be.
    const { BatchWorkers } = await import('./batch_workers.js');
    const { signal } = this.#options;
    const groupBy = this.#grouping?.columns;
    const output = this.#output;
    this.#batchWorkers = new BatchWorkers(this.#world, this.#evaluators, {
      workers,
      signal,
      output,
      table,
      handsOutChunks,
      groupBy,
    });
    return this.#batchWorkers;
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
