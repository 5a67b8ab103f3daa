import type { Command } from 'commander';
import { createEvaluator } from '../../engine/evaluator.js';
import { MAX_WORKERS } from '../../pool/limits.js';
import { TABLE_FORMATS } from '../../tables/formats.js';
import { type BatchSource, progressBar, runBatch, type Summary, sinkOf, sourceOf } from '../batch/index.js';
import { batchJson, batchNotes, batchText } from '../batch_report.js';
import { EXIT, InputError } from '../exit.js';
import { interruptible } from '../interrupt.js';
import { wholeNumber } from '../number_option.js';
import { profileOption } from '../profile_option.js';
import { needTasks, readScenarioFile } from '../scenario_file.js';
import { summaryOption, writeGroups } from '../summary_option.js';
import { tableFormat } from '../table_format.js';
import { styleFor } from '../terminal.js';
import { workersOption } from '../workers_option.js';

interface EvalOptions {
  readonly requests?: string;
  readonly generate?: string;
  readonly seed: string;
  readonly out?: string;
  readonly format?: string;
  readonly outFormat?: string;
  readonly profile?: string;
  readonly compareProfile?: string[];
  readonly strict?: boolean;
  readonly workers?: string;
  readonly summary?: string;
  readonly summaryOut?: string;
  readonly json?: boolean;
}

/** `bpftoken eval`: a whole table of requests through the hot path. */
export function evalCommand(program: Command): void {
  program
    .command('eval')
    .description('decide a table of requests: a verdict with its reason for each row, and a summary')
    .argument('<scenario>', 'scenario file, YAML or JSON; - for standard input')
    .option('--requests <file>', 'request table (.csv, .ndjson, .arrow, .arrows or .parquet); - for standard input')
    .option('--generate <rows>', 'decide generated requests instead, say 10M')
    .option('--seed <number>', 'what makes generated requests repeatable', '1')
    .option('--out <file>', 'where the verdicts go (as the requests); - for standard output; default: nowhere')
    .option('--format <format>', `of the requests: ${TABLE_FORMATS.join(', ')}; default: by the file’s name`)
    .option('--out-format <format>', 'of the verdicts; default: by the file’s name, else as the requests')
    .option('--profile <name>', 'ask this kernel instead of the scenario’s')
    .option('--compare-profile <name...>', 'count the rows these kernels answer otherwise')
    .option('--strict', 'stop at the first row that cannot be read: no output, exit status 2')
    .option('--workers <number>', 'threads; does not change the output; 1: no others; default: one for each core')
    .option('--summary <columns>', 'count by these columns of the output instead, say task,cmd,reason')
    .option('--summary-out <file>', 'where these counts go as CSV')
    .option('--json', 'the summary as JSON')
    .addHelpText(
      'after',
      '\nThe summary goes to standard output, or to standard error where the verdicts go to standard output.\n' +
        'Exit status 0 whatever was denied; 1 when an expect column does not hold; 2 bad input.',
    )
    .action(async (path: string, options: EvalOptions) => {
      if (path === '-' && options.requests === '-') {
        throw new InputError(
          'standard input cannot be both the scenario and the requests: name a file for one of them',
        );
      }
      const read = readScenarioFile(path).world;
      const world = options.profile ? { ...read, profile: profileOption(options.profile) } : read;
      const compared = (options.compareProfile ?? []).map((name) => ({ ...world, profile: profileOption(name) }));
      const workers = workersOption(options.workers, MAX_WORKERS);
      const source = sourceOption(options);
      if (source.kind === 'generated') needTasks(path, world);
      const outFormat =
        options.out === undefined
          ? 'csv'
          : tableFormat('--out-format', options.outFormat, options.out, 'format' in source ? source.format : 'csv');
      const sink = sinkOf(options.out, outFormat);
      const report = options.out === '-' ? process.stderr : process.stdout;
      const grouping = summaryOption(options.summary, world);
      if (options.summaryOut !== undefined && !grouping) {
        throw new InputError('--summary-out says where the counts of --summary go: say --summary task,cmd,reason, too');
      }
      const show = (summary: Summary): void => {
        const style = styleFor(report);
        report.write(
          options.json
            ? `${JSON.stringify(batchJson(world, summary, grouping), null, 2)}\n`
            : batchText(world, summary, grouping, style) + batchNotes(summary, options.requests ?? '', style),
        );
      };
      const bar = progressBar();
      const summary = await interruptible((signal) =>
        runBatch({
          world,
          evaluator: createEvaluator(world),
          source,
          sink,
          signal,
          strict: options.strict === true,
          compare: compared.map((other) => createEvaluator(other)),
          workers,
          grouping,
          onProgress: (progress) => bar.update(progress),
        }),
      ).finally(() => bar.stop());
      if (options.summaryOut && grouping && summary.groups) {
        await writeGroups(options.summaryOut, grouping.columns, grouping.list(summary.groups));
      }
      show(summary);
      process.exitCode = summary.expectations.unmet > 0 ? EXIT.NEGATIVE : EXIT.OK;
    });
}

function sourceOption({ requests, generate, seed, format }: EvalOptions): BatchSource {
  if ((requests === undefined) === (generate === undefined)) {
    throw new InputError('either --requests FILE or --generate ROWS is needed, and not both');
  }
  if (generate !== undefined) {
    return { kind: 'generated', rows: wholeNumber('--generate', generate), seed: wholeNumber('--seed', seed) };
  }
  const path = requests as string;
  return sourceOf(path, tableFormat('--format', format, path));
}
