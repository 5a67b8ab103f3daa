import { setImmediate } from 'node:timers/promises';
import type { Evaluator } from '../engine/evaluator.js';
import { throwIfAborted } from '../errors.js';
import type { RequestChunk, RequestFormat } from '../tables/request_table.js';
import type { VerdictTableWriter } from '../tables/writers.js';
import type { BatchWorkers } from './batch_workers.js';
import { type DecidedChunk, decideChunk } from './decide_chunk.js';
import { BadRowError } from './errors.js';
import type { BatchOptions } from './options.js';
import type { OpenSink } from './output/open_sink.js';
import { isText } from './output/verdict_writer.js';
import type { OpenSource } from './source.js';
import { countTransientChunks } from './summary/count_columns.js';
import { checkGroups, type Grouping } from './summary/group_by.js';
import { addCounts, type CountedSplit, type Counts, emptyCounts, type Summary, tallyChunk } from './summary/summary.js';

/** Milliseconds between two calls of onProgress, and at most between two looks at signals and timers. */
const PROGRESS_MS = 100;
const YIELD_MS = 20;
/** From so many drawn rows on, and after so many chunks of which rows are written, starting threads is worth it. */
const MIN_SAMPLED = 1_000_000;
const MIN_CHUNKS = 8;
/** Chunks that are read ahead for each worker while earlier ones are decided. */
const CHUNKS_AHEAD = 2;

/** A chunk on its way. */
interface Pending {
  readonly chunk: RequestChunk;
  readonly decided: DecidedChunk | Promise<DecidedChunk>;
}

/** A batch whose source and output are open. */
export interface OpenBatch {
  readonly options: BatchOptions;
  readonly source: OpenSource;
  readonly output: OpenSink | undefined;
  /** Writes verdict rows, where they are wanted. */
  readonly rows: VerdictTableWriter | undefined;
  readonly summary: Summary;
}

/** Decides what comes from the source, writes its rows to the output in their order, and counts in the summary. */
export function decidePermissionTable(batch: OpenBatch): Promise<void> {
  return new BatchRunner(batch).run();
}

class BatchRunner {
  readonly #options: BatchOptions;
  readonly #source: OpenSource;
  readonly #output: OpenSink | undefined;
  readonly #rows: VerdictTableWriter | undefined;
  readonly #summary: Summary;
  readonly #grouping: Grouping | undefined;
  readonly #evaluators: readonly [Evaluator, ...Evaluator[]];
  #batchWorkers: BatchWorkers | undefined;
  #reported = performance.now();

  constructor({ options, source, output, rows, summary }: OpenBatch) {
    this.#options = options;
    this.#source = source;
    this.#output = output;
    this.#rows = rows;
    this.#summary = summary;
    this.#grouping = options.grouping;
    this.#evaluators = [options.evaluator, ...(options.compare ?? [])];
  }

  async run(): Promise<void> {
    const { source, workers = 1 } = this.#options;
    try {
      // Where nothing but the summary is wanted, workers draw for themselves: that is most of the work.
      if (source.kind === 'generated' && !this.#output && workers > 1 && source.rows >= MIN_SAMPLED) {
        const batchWorkers = await this.#startWorkers();
        await batchWorkers.draw(source.seed, source.rows, (part) => {
          addCounts(this.#summary, part);
          this.#reportSometimes();
        });
      } else {
        await this.#passChunks();
      }
    } finally {
      await this.#batchWorkers?.dismiss();
    }
    this.#report();
  }

  async #passChunks(): Promise<void> {
    const { signal, workers = 1 } = this.#options;
    const pending: Pending[] = [];
    let lastYield = performance.now();
    let chunks = 0;
    let hasReader = this.#output && this.#rows ? await this.#output.write(this.#rows.header) : true;
    for await (const chunk of await this.#read()) {
      throwIfAborted(signal);
      this.#throwOnFirstBadRow();
      if ('counts' in chunk) {
        addCounts(this.#summary, chunk.counts, chunk.rowsBefore, chunk.linesBefore);
        this.#reportSometimes();
      } else {
        // Reading stays here otherwise, and writing: the rows' text in between takes long enough to be worth passing on.
        if (!this.#batchWorkers && this.#format() && workers > 1 && chunks >= MIN_CHUNKS) await this.#startWorkers();
        chunks += 1;
        pending.push({ chunk, decided: this.#decide(chunk) });
        if (pending.length > (this.#batchWorkers ? CHUNKS_AHEAD * workers : 0)) {
          hasReader = await this.#finish(pending.shift() as Pending);
        }
        if (!hasReader) break;
      }
      // Generated rows never wait for anything: without a pause no signal and no timer would get its turn.
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

  /** Rows, or where none are written what was counted of them, wherever that is least work. */
  async #read(): Promise<AsyncIterable<RequestChunk | CountedSplit> | Iterable<RequestChunk>> {
    const { world, workers = 1, compare = [] } = this.#options;
    const { parts, fleeting, chunks } = this.#source;
    if (parts && workers > 1) return parts(await this.#startWorkers(), !this.#output);
    if (!fleeting || this.#output) return chunks;
    const compared = compare.map((other) => other.world.profile.name);
    const none = (): Counts => emptyCounts(world, compared, this.#grouping);
    return countTransientChunks(fleeting, this.#evaluators, none, this.#grouping);
  }

  /** Problems are known as soon as rows are read, the first of the table first. Throws a BadRowError. */
  #throwOnFirstBadRow(): void {
    const [first] = this.#summary.problems.first;
    if (first && this.#options.strict) throw new BadRowError(this.#source.file, first);
  }

  #decide(chunk: RequestChunk): DecidedChunk | Promise<DecidedChunk> {
    // Workers may be there for reading alone: rows in columns are written here.
    if (!this.#batchWorkers || (this.#rows && !this.#format())) return decideChunk(chunk, this.#evaluators, this.#rows);
    const decided = this.#batchWorkers.decide(chunk);
    // Where an earlier chunk fails, nobody asks what became of this one.
    decided.catch(() => undefined);
    return decided;
  }

  /** Counts a chunk and writes its rows. Answers false where nobody reads them any more. */
  async #finish({ chunk, decided }: Pending): Promise<boolean> {
    const { verdicts, others, text } = await decided;
    throwIfAborted(this.#options.signal);
    tallyChunk(this.#summary, chunk, verdicts, others, this.#grouping);
    if (this.#summary.groups) checkGroups(this.#summary.groups);
    const hasReader = this.#output && text ? await this.#output.write(text) : true;
    this.#reportSometimes();
    return hasReader;
  }

  async #startWorkers(): Promise<BatchWorkers> {
    const { workers = 1, signal } = this.#options;
    // Loaded where it is needed: most batches are over before it would be.
    const { BatchWorkers } = await import('./batch_workers.js');
    this.#batchWorkers = new BatchWorkers(this.#evaluators, {
      workers,
      signal,
      format: this.#format(),
      table: this.#source.table,
      groupBy: this.#grouping?.columns,
    });
    return this.#batchWorkers;
  }

  /** That of rows that workers can write. */
  #format(): RequestFormat | undefined {
    const { sink } = this.#options;
    return sink.kind !== 'none' && isText(sink.format) ? sink.format : undefined;
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
