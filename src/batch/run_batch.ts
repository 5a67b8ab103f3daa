import { AbortError, throwIfAborted } from '../errors.js';
import type { WorldNames } from '../kernel/world.js';
import type { AddedNames } from '../tables/columnar/added_names.js';
import type { TableFormat } from '../tables/formats.js';
import { RowDiagnostics } from '../tables/rows/row_diagnostics.js';
import { executePlan } from './batch_runner.js';
import { type BatchOptions, checkBatchOptions } from './options.js';
import { type OpenSink, placeAll } from './output/open_sink.js';
import { PartOutput } from './output/part_output.js';
import { openSinks } from './output/sink.js';
import { type BatchPlan, planBatch } from './plan.js';
import { type OpenSource, openSource } from './source.js';
import { Grouping } from './summary/group_by.js';
import { groupsCsv } from './summary/groups_csv.js';
import { emptySummary, type Summary, undecidableRows } from './summary/summary.js';

/** Bytes of a text table that a worker takes at a time, some ten milliseconds of work. */
const SPLIT_BYTES = 1 << 21;

/**
 * Decides all requests of a source and writes a row for each to a sink, holding a few chunks in memory whatever the
 * size of the table. An output file appears whole or not at all; none of several appears before all are complete.
 *
 * Rejects with an InvalidArgumentError (options), a NotSharedError (several workers, and memory of one thread), a RequestTableError (the table has no header), a BatchFileError (reading or
 * writing failed), a BadRowError (strict), a TooManyGroupsError, an AbortError (the signal was given), or a PoolError (several
 * workers crashed on one task).
 */
export async function runBatch(options: BatchOptions): Promise<Summary> {
  checkBatchOptions(options);
  const {
    evaluator,
    sink = { kind: 'none' },
    groupsSink = { kind: 'none' },
    compareSink = { kind: 'none' },
    groupBy,
    signal,
    compare = [],
  } = options;
  const { world = evaluator.world } = options;
  const { stdin = process.stdin, stdout = process.stdout } = options;
  const started = performance.now();
  throwIfAborted(signal);
  const grouping = groupBy && new Grouping(world, groupBy);
  const problems = new RowDiagnostics();
  const source = await openSource(options.source, world, problems, stdin, signal);
  const plan = planOf(options, source);
  const others = compare.map((other) => other.world);
  const summary = emptySummary(world, others, problems, plan, grouping);
  let outputs: readonly (OpenSink | undefined)[] = [];
  try {
    outputs = await openSinks([sink, groupsSink, compareSink], { signal, stdout });
    const [output, groupsOutput, differences] = outputs;
    const written =
      output &&
      sink.kind !== 'none' &&
      (await openVerdicts(world, sink.format, source.addedNames, options, plan, output));
    await executePlan({ options, world, plan, source, output: written || undefined, differences, grouping, summary });
    throwIfAborted(signal);
    if (!summary.isTruncated) source.requireUnchanged();
    summary.badRows = undecidableRows(summary);
    summary.elapsedMs = performance.now() - started;
    if (grouping && summary.groupCounts) summary.groups = grouping.list(summary.groupCounts);
    // A reader of both may wait for the end of the one before it opens the other.
    await output?.prepare();
    if (grouping && summary.groups) await groupsOutput?.write(groupsCsv(grouping.columns, summary.groups));
    await groupsOutput?.prepare();
    await differences?.prepare();
    await placeAll(outputs, signal);
  } catch (error) {
    for (const output of outputs) await output?.discard();
    throw signal?.aborted && error === signal.reason ? new AbortError(error) : error;
  } finally {
    source.close();
  }
  summary.elapsedMs = performance.now() - started;
  summary.peakMemory = process.resourceUsage().maxRSS * 1024;
  return summary;
}

/** Where verdict rows go. */
function openVerdicts(
  world: WorldNames,
  format: TableFormat,
  added: AddedNames,
  { compression = 'snappy' }: BatchOptions,
  plan: BatchPlan,
  output: OpenSink,
): Promise<PartOutput> {
  const table = { format, hasVerdicts: true, added, compression };
  return PartOutput.open(world, table, output, 'workers' in plan ? plan.workers : 1);
}

function planOf(
  { source, sink, compareSink, workers = 1, splitBytes = SPLIT_BYTES }: BatchOptions,
  opened: OpenSource,
): BatchPlan {
  const isWritten = sink !== undefined && sink.kind !== 'none';
  const listsDifferences = compareSink !== undefined && compareSink.kind !== 'none';
  if (source.kind === 'generated')
    return planBatch({ workers, sampledRows: source.rows, isWritten, splitBytes, listsDifferences });
  const { isColumnar, totalBytes: bytes, uncutRows } = opened;
  const table = { isSplittable: opened.splittable !== undefined, isColumnar, bytes, uncutRows };
  return planBatch({ workers, table, isWritten, splitBytes, listsDifferences });
}
