import type { Readable, Writable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import type { Evaluator } from '../../engine/evaluator.js';
import type { World } from '../../kernel/world.js';
import { CHUNK_ROWS, Problems } from '../../requests/index.js';
import { BadRowsError, throwIfAborted } from './errors.js';
import type { Progress } from './progress.js';
import { type BatchSink, type OpenSink, openSink } from './sink.js';
import { type BatchSource, type OpenSource, openSource } from './source.js';
import { emptySummary, type Summary, tally, tallyComparison, undecidableRows } from './summary.js';
import { VerdictRows } from './verdict_rows.js';

/** Milliseconds between two calls of onProgress, and at most between two looks at signals and timers. */
const PROGRESS_MS = 100;
const BREATH_MS = 20;

/** What a batch is made of. */
export interface BatchOptions {
  readonly world: World;
  /** Made from that world. */
  readonly evaluator: Evaluator;
  readonly source: BatchSource;
  readonly sink: BatchSink;
  /** Called about ten times a second, and at the end. */
  readonly onProgress?: (progress: Progress) => void;
  /** Ends the batch; no output file appears then. */
  readonly signal?: AbortSignal | undefined;
  /** Rejects a table with bad rows, after all of it was read; no output file appears then. */
  readonly strict?: boolean;
  /** Others to ask the same: their worlds must have the same tasks and tokens. */
  readonly compare?: readonly Evaluator[];
  /** In place of standard input and output. */
  readonly stdin?: Readable;
  readonly stdout?: Writable;
}

/**
 * Decides all requests of a source and writes a row for each to a sink, holding a few chunks in memory whatever the
 * size of the table. An output file appears whole or not at all.
 *
 * Rejects with a RequestTableError (the table has no header), a BatchFileError (reading or writing failed), a
 * BadRowsError (strict), an AbortError (the signal was given) or a RangeError (an evaluator of another world).
 */
export async function runBatch(options: BatchOptions): Promise<Summary> {
  const { world, evaluator, sink, signal, compare = [] } = options;
  const { stdin = process.stdin, stdout = process.stdout } = options;
  const started = performance.now();
  checkEvaluators(world, [evaluator, ...compare]);
  throwIfAborted(signal);
  const problems = new Problems();
  const summary = emptySummary(
    world,
    compare.map((other) => other.world),
    problems,
  );
  const source = await openSource(options.source, world, problems, stdin, signal);
  const output = await openSink(sink, stdout, signal);
  try {
    const rows = sink.kind === 'none' ? undefined : new VerdictRows(world, sink.format);
    await decideAll(options, source, output, rows, summary);
    throwIfAborted(signal);
    summary.badRows = undecidableRows(summary);
    summary.elapsedMs = performance.now() - started;
    if (options.strict && summary.badRows > 0) throw new BadRowsError(summary);
    await output?.finish();
  } catch (error) {
    await output?.discard();
    throw error;
  }
  summary.elapsedMs = performance.now() - started;
  return summary;
}

async function decideAll(
  { evaluator, compare = [], signal, onProgress }: BatchOptions,
  source: OpenSource,
  output: OpenSink | undefined,
  rows: VerdictRows | undefined,
  summary: Summary,
): Promise<void> {
  const verdictRoom = new Uint8Array(CHUNK_ROWS);
  const otherRoom = new Uint8Array(CHUNK_ROWS);
  const { totalRows, totalBytes } = source;
  const report = (): void =>
    onProgress?.({
      rows: summary.rows,
      bytes: source.bytesRead(),
      ...(totalRows === undefined ? {} : { totalRows }),
      ...(totalBytes === undefined ? {} : { totalBytes }),
    });
  let breathed = performance.now();
  let reported = breathed;
  let isRead = output && rows ? await output.write(rows.header) : true;
  for await (const chunk of source.chunks) {
    throwIfAborted(signal);
    const verdicts = verdictRoom.subarray(0, chunk.rows);
    evaluator.checkBatch(chunk.columns, verdicts);
    tally(summary, chunk, verdicts);
    compare.forEach((other, i) => {
      const others = otherRoom.subarray(0, chunk.rows);
      other.checkBatch(chunk.columns, others);
      tallyComparison(summary.comparisons[i] as Summary['comparisons'][number], verdicts, others);
    });
    if (output && rows) isRead = await output.write(rows.rows(chunk, verdicts));
    if (!isRead) break;
    const now = performance.now();
    if (now - reported >= PROGRESS_MS) {
      reported = now;
      report();
    }
    // Generated rows never wait for anything: without a pause no signal and no timer would get its turn.
    if (now - breathed >= BREATH_MS) {
      breathed = now;
      await setImmediate();
    }
  }
  summary.isCutShort = !isRead;
  report();
}

function checkEvaluators(world: World, evaluators: readonly Evaluator[]): void {
  for (const { world: other } of evaluators) {
    if (other.tasks.length !== world.tasks.length || other.tokens.length !== world.tokens.length) {
      throw new RangeError(`an evaluator for ${other.profile.name} has other tasks or tokens than the batch`);
    }
  }
}
