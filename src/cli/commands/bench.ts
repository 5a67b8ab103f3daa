import type { Command } from 'commander';
import { AbortError } from '../../errors.js';
import { type LoadOptions, runLoad } from '../../loadtest/load_test.js';
import { MAX_WORKERS } from '../../pool/limits.js';
import { loadJson, loadText } from '../../report/load_report.js';
import { defaultThreads } from '../../workers/default_threads.js';
import { defineCommand } from '../define_command.js';
import { EXIT, InputError } from '../exit.js';
import { withInterrupt } from '../interrupt.js';
import { loadBar } from '../load_progress.js';
import type { OptionsOf } from '../options/option.js';
import type { OPTIONS } from '../options/table.js';
import { writeJson, writeText } from '../output.js';
import { fileName } from '../read_file.js';
import { worldOf } from '../request_options.js';
import { readScenarioFile, requireTasks, warnOfFile } from '../scenario_file.js';

/** Requests decided at a time where --batch does not say. */
const DEFAULT_BATCH = 16_384;

type BenchOptions = OptionsOf<typeof OPTIONS.bench>;

/** `bpftoken bench`: how fast this machine decides requests of a scenario. */
export function benchCommand(program: Command): void {
  defineCommand(program, 'bench').action(async (path: string, options: BenchOptions) => {
    const load = loadOptions(options);
    const scenario = await readScenarioFile(path, options);
    warnOfFile(path, scenario);
    const world = worldOf(scenario, options.profile);
    requireTasks(path, world);
    const bar = loadBar(load.forMs);
    const result = await withInterrupt((signal) =>
      runLoad({ ...load, world, signal, onProgress: (ms) => bar.update(ms) }).catch((error: unknown) => {
        throw signal.aborted && error === signal.reason ? new AbortError(error) : error;
      }),
    ).finally(() => bar.stop());
    const measured = { scenario: fileName(path), world, options: load, node: process.version, result };
    if (options.json) writeJson(process.stdout, loadJson(measured));
    else writeText(process.stdout, loadText(measured));
    process.exitCode = result.interrupted ? EXIT.INTERRUPTED : EXIT.OK;
  });
}

function loadOptions({ rows, batch, seed, for: forMs, workers }: BenchOptions): Omit<LoadOptions, 'world'> {
  if (batch !== undefined && batch > rows) {
    throw new InputError(`--batch ${batch}: a number from 1 to that of requests (--rows ${rows}) is expected`);
  }
  return {
    rows,
    batchRows: batch ?? Math.min(DEFAULT_BATCH, rows),
    seed,
    forMs,
    workers: workers ?? defaultThreads(MAX_WORKERS),
  };
}
