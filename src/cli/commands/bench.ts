import { Presets, SingleBar } from 'cli-progress';
import type { Command } from 'commander';
import { type LoadOptions, runLoad } from '../../load/load.js';
import { loadJson, loadText } from '../../load/report.js';
import { MAX_WORKERS } from '../../pool/limits.js';
import { AbortError } from '../batch/index.js';
import { durationOption } from '../duration_option.js';
import { EXIT, InputError } from '../exit.js';
import { interruptible } from '../interrupt.js';
import { wholeNumber } from '../number_option.js';
import { profileOption } from '../profile_option.js';
import { needTasks, readScenarioFile } from '../scenario_file.js';
import { workersOption } from '../workers_option.js';

/** Requests that fit memory everywhere: 12 bytes each. */
const MAX_ROWS = 100_000_000;

interface BenchOptions {
  readonly for: string;
  readonly rows: string;
  readonly batch: string;
  readonly seed: string;
  readonly workers?: string;
  readonly profile?: string;
  readonly json?: boolean;
}

/** `bpftoken bench`: how fast this machine decides requests of a scenario. */
export function benchCommand(program: Command): void {
  program
    .command('bench')
    .description('measure how fast this machine decides requests drawn from a scenario')
    .argument('<scenario>', 'scenario file, YAML or JSON; - for standard input')
    .option('--for <duration>', 'how long to measure, say 500ms, 5s or 2m', '5s')
    .option('--rows <number>', 'how many different requests are drawn', '1M')
    .option('--batch <rows>', 'requests decided at a time', '16384')
    .option('--seed <number>', 'which requests: the same ones for the same seed', '1')
    .option('--workers <number>', 'threads; default: one for each core')
    .option('--profile <name>', 'ask this kernel instead of the scenario’s')
    .option('--json', 'the measurement as JSON')
    .addHelpText(
      'after',
      '\nEach worker decides batch after batch, without pause; the first moments are not measured. The checksum is over how' +
        '\nmany of the requests got which verdict: it is the same wherever the same scenario and seed are asked.' +
        '\nExit status 0; 2 bad input; 130 interrupted, with what was measured until then.',
    )
    .action(async (path: string, options: BenchOptions) => {
      const load = loadOptions(options);
      const read = readScenarioFile(path).world;
      needTasks(path, read);
      const world = options.profile ? { ...read, profile: profileOption(options.profile) } : read;
      const bar = loadBar(load.forMs);
      const result = await interruptible((signal) =>
        runLoad({ ...load, world, signal, onProgress: (ms) => bar.update(ms) }).catch((error: unknown) => {
          throw signal.aborted && error === signal.reason ? new AbortError(error) : error;
        }),
      ).finally(() => bar.stop());
      const scenario = path === '-' ? '<stdin>' : path;
      const measured = { scenario, world, options: load, node: process.version, result };
      process.stdout.write(options.json ? `${JSON.stringify(loadJson(measured), null, 2)}\n` : loadText(measured));
      process.exitCode = result.interrupted ? EXIT.INTERRUPTED : EXIT.OK;
    });
}

function loadOptions(options: BenchOptions): Omit<LoadOptions, 'world'> {
  const rows = wholeNumber('--rows', options.rows);
  if (rows < 1 || rows > MAX_ROWS) {
    throw new InputError(`--rows ${options.rows}: a number from 1 to ${MAX_ROWS} is expected`);
  }
  const batchRows = wholeNumber('--batch', options.batch);
  if (batchRows < 1 || batchRows > rows) {
    throw new InputError(`--batch ${options.batch}: a number from 1 to that of requests (--rows ${rows}) is expected`);
  }
  return {
    rows,
    batchRows,
    seed: wholeNumber('--seed', options.seed),
    forMs: durationOption('--for', options.for),
    workers: workersOption(options.workers, MAX_WORKERS),
  };
}

/** A bar of the time; silent where standard error is no terminal. */
function loadBar(forMs: number): { update(measuredMs: number): void; stop(): void } {
  if (!process.stderr.isTTY) return { update() {}, stop() {} };
  const format = '{bar} {percentage}% of {total} ms';
  const bar = new SingleBar(
    { stream: process.stderr, format, clearOnComplete: true, hideCursor: true },
    Presets.shades_classic,
  );
  bar.start(Math.round(forMs), 0);
  return { update: (measuredMs) => bar.update(Math.round(measuredMs)), stop: () => bar.stop() };
}
