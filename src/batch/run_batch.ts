import type { Evaluator } from '../engine/evaluator.js';
import { AbortError, throwIfAborted } from '../errors.js';
import type { World } from '../kernel/world.js';
import { RowDiagnostics } from '../tables/rows/row_diagnostics.js';
import { decidePermissionTable } from './batch_runner.js';
import type { BatchOptions } from './options.js';
import { type OpenSink, placeAll } from './output/open_sink.js';
import { openSinks } from './output/sink.js';
import { openVerdictWriter } from './output/verdict_writer.js';
import { openSource } from './source.js';
import { groupsCsv } from './summary/groups_csv.js';
import { emptySummary, type Summary, undecidableRows } from './summary/summary.js';

/**
 * Decides all requests of a source and writes a row for each to a sink, holding a few chunks in memory whatever the
 * size of the table. An output file appears whole or not at all; none of several appears before all are complete.
 *
 * Rejects with a RequestTableError (the table has no header), a BatchFileError (reading or writing failed), a
 * BadRowError (strict), a TooManyGroupsError, an AbortError (the signal was given), a RangeError (an evaluator of another world) or a
 * PoolError (workers die of a part of it, whoever takes it).
 */
export async function runBatch(options: BatchOptions): Promise<Summary> {
  const { world, evaluator, sink, groupsSink = { kind: 'none' }, grouping, signal, compare = [] } = options;
  const { stdin = process.stdin, stdout = process.stdout } = options;
  const started = performance.now();
  checkEvaluators(world, [evaluator, ...compare]);
  throwIfAborted(signal);
  const problems = new RowDiagnostics();
  const summary = emptySummary(
    world,
    compare.map((other) => other.world),
    problems,
    grouping,
  );
  const source = await openSource(options.source, world, problems, stdin, signal, options.partBytes);
  let outputs: readonly (OpenSink | undefined)[] = [];
  try {
    outputs = await openSinks([sink, groupsSink], { signal, stdout });
    const [output, groupsOutput] = outputs;
    const rows = sink.kind === 'none' || !output ? undefined : await openVerdictWriter(world, sink.format);
    await decidePermissionTable({ options, source, output, rows, summary });
    throwIfAborted(signal);
    if (!summary.isTruncated) source.requireUnchanged();
    summary.badRows = undecidableRows(summary);
    summary.elapsedMs = performance.now() - started;
    // A reader of both may wait for the end of the one before it opens the other.
    await output?.prepare();
    if (grouping && summary.groups) await groupsOutput?.write(groupsCsv(grouping, summary.groups));
    await groupsOutput?.prepare();
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

function checkEvaluators(world: World, evaluators: readonly Evaluator[]): void {
  for (const { world: other } of evaluators) {
    if (other.tasks.length !== world.tasks.length || other.tokens.length !== world.tokens.length) {
      throw new RangeError(`an evaluator for ${other.profile.name} has other tasks or tokens than the batch`);
    }
  }
}
