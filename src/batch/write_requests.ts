import { throwIfAborted } from '../errors.js';
import type { WorldNames } from '../kernel/world.js';
import { NO_ADDED_NAMES } from '../tables/columnar/added_names.js';
import type { TableFormat } from '../tables/formats.js';
import type { Compression, OutputTable } from '../tables/output_table.js';
import { generateRequests } from '../workload/generate_requests.js';
import type { BatchWorkers } from './batch_workers.js';
import type { OpenSink } from './output/open_sink.js';
import { PartOutput } from './output/part_output.js';
import { isSampledInWorkers } from './plan.js';
import type { SampledPart, SamplingOptions } from './splits/sampling.js';

/** What is drawn, and where it goes. */
export interface WriteRequestsOptions {
  readonly world: WorldNames;
  readonly seed: number;
  readonly rows: number;
  readonly sink: OpenSink;
  readonly format: TableFormat;
  readonly compression?: Compression | undefined;
  /** Threads that may draw beside this one, which writes; what is written does not depend on them. */
  readonly workers: number;
  readonly signal: AbortSignal;
  /** Called with the rows that were written so far. */
  readonly onProgress: (rows: number) => void;
}

/**
 * Writes requests drawn from a world as a table. Answers how many: fewer where the output was not read to its end. Rejects with a
 * BatchFileError, an InvalidArgumentError, a PoolError or the signal's reason; the caller completes or discards the sink.
 */
export async function writeRequests(options: WriteRequestsOptions): Promise<number> {
  const { world, seed, rows, sink, format, compression = 'snappy', workers, signal, onProgress } = options;
  const table: OutputTable = { format, hasVerdicts: false, added: NO_ADDED_NAMES, compression };
  const threads = isSampledInWorkers(rows, workers) ? workers : 1;
  const output = await PartOutput.open(world, table, sink, threads);
  if (!(await output.begin())) return 0;
  const sampling = { seed, rows, partRows: output.partRows, buffers: output.buffers };
  let batchWorkers: BatchWorkers | undefined;
  try {
    let parts = sampleHere(world, output, sampling);
    if (threads > 1) {
      // Imported where they are needed: most tables are written before threads would have started.
      const { BatchWorkers: Workers } = await import('./batch_workers.js');
      const { sampleParts } = await import('./splits/sampling.js');
      batchWorkers = new Workers(world, [], { workers, signal, output });
      parts = sampleParts(batchWorkers, sampling);
    }
    let done = 0;
    for await (const { rows: some, written } of parts) {
      throwIfAborted(signal);
      if (!(await output.write(written))) return done;
      done += some;
      onProgress(done);
      // Signals get their turn.
      await new Promise(setImmediate);
    }
    await output.end();
    return done;
  } finally {
    await batchWorkers?.close();
  }
}

/** The same as sampleParts() in this thread. */
async function* sampleHere(
  world: WorldNames,
  output: PartOutput,
  { seed, rows, partRows, buffers }: SamplingOptions,
): AsyncGenerator<SampledPart> {
  for (let from = 0; from < rows; from += partRows) {
    const buffer = await buffers.wait();
    const encoder = output.encoder(buffer);
    const to = Math.min(from + partRows, rows);
    for (const chunk of generateRequests(world, seed, to, { from })) encoder.add(chunk);
    yield { rows: to - from, counts: undefined, written: { parts: encoder.take(), buffer } };
  }
}
