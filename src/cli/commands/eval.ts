import type { Command } from 'commander';
import { sinkOf } from '../../batch/output/sink.js';
import { runBatch } from '../../batch/run_batch.js';
import { type BatchSource, sourceOf } from '../../batch/source.js';
import type { Summary } from '../../batch/summary/summary.js';
import { createEvaluator } from '../../engine/evaluator.js';
import { MAX_WORKERS } from '../../pool/limits.js';
import { batchJson, batchNotes, batchText } from '../../report/batch_report.js';
import { defaultThreads } from '../../workers/default_threads.js';
import { defineCommand } from '../define_command.js';
import { requireDistinctFiles } from '../distinct_files.js';
import { EXIT, InputError } from '../exit.js';
import { withInterrupt } from '../interrupt.js';
import type { OptionsOf } from '../options/option.js';
import type { OPTIONS } from '../options/table.js';
import { writeJson, writeText } from '../output.js';
import { progressBar } from '../progress_bar.js';
import { worldOf } from '../request_options.js';
import { readScenarioFile, requireTasks, warnOfFile } from '../scenario_file.js';
import { requireCompressible, resolveTableFormat } from '../table_format.js';
import { styleFor } from '../terminal.js';

type EvalOptions = OptionsOf<typeof OPTIONS.eval>;

/** `bpftoken eval`: a whole table of requests through the hot path. */
export function evalCommand(program: Command): void {
  defineCommand(program, 'eval').action(async (path: string, options: EvalOptions) => {
    if (path === '-' && options.requests === '-') {
      throw new InputError('standard input cannot be both the scenario and the requests: name a file for one of them');
    }
    requireDistinctFiles([
      { option: 'the scenario', path, isWritten: false },
      { option: '--requests', path: options.requests, isWritten: false },
      { option: '--out', path: options.out, isWritten: true },
      { option: '--summary-out', path: options.summaryOut, isWritten: true },
      { option: '--compare-out', path: options.compareOut, isWritten: true },
    ]);
    const read = await readScenarioFile(path, options);
    warnOfFile(path, read);
    const world = worldOf(read, options.profile);
    const compared = (options.compareProfile ?? []).map((profile) => ({ ...world, profile }));
    const workers = options.workers ?? defaultThreads(MAX_WORKERS);
    const source = sourceOption(options);
    if (source.kind === 'generated') requireTasks(path, world);
    const outFormat =
      options.out === undefined
        ? 'csv'
        : resolveTableFormat(
            '--out-format',
            options.outFormat,
            options.out,
            'format' in source ? source.format : 'csv',
          );
    requireCompressible(options.compression, outFormat);
    const sink = sinkOf(options.out, outFormat);
    const groupsSink = sinkOf(options.summaryOut, 'csv');
    const compareSink = sinkOf(options.compareOut, 'csv');
    // What a program reads from standard output is one thing: people read the rest beside it.
    const report = [sink, groupsSink, compareSink].some(({ kind }) => kind === 'stdout')
      ? process.stderr
      : process.stdout;
    const show = (summary: Summary): void => {
      const style = styleFor(report);
      if (options.json) writeJson(report, batchJson(world, summary));
      else {
        const notes = batchNotes(summary, options.requests ?? '', style);
        writeText(report, batchText(world, summary, style) + notes);
      }
    };
    const bar = progressBar();
    const summary = await withInterrupt((signal) =>
      runBatch({
        world,
        evaluator: createEvaluator(world),
        source,
        sink,
        signal,
        strict: options.strict === true,
        compare: compared.map((other) => createEvaluator(other)),
        workers,
        groupBy: options.summary,
        groupsSink,
        compareSink,
        compression: options.compression,
        onProgress: (progress) => bar.update(progress),
      }),
    ).finally(() => bar.stop());
    show(summary);
    process.exitCode = summary.expectations.unmet > 0 ? EXIT.NEGATIVE : EXIT.OK;
  });
}

function sourceOption({ requests, generate, seed, format }: EvalOptions): BatchSource {
  if (generate !== undefined) return { kind: 'generated', rows: generate, seed };
  if (requests === undefined) throw new InputError('either --requests FILE or --generate ROWS is needed');
  return sourceOf(requests, resolveTableFormat('--format', format, requests));
}
