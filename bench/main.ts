// npm run bench: the speed of decisions against baselines in C and TypeScript on the same rows; the end-to-end throughput of
// files; and whether both meet their thresholds.

import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import type { Columns } from '../src/engine/columns.js';
import type { World } from '../src/kernel/world.js';
import { compileNative, GCC_FLAGS, gccVersion } from './baselines/native/native.js';
import { type BatchResult, NATIVE, OURS, OURS_COPIED, TYPESCRIPT, timeBatch } from './batches.js';
import { runPipelines } from './end_to_end/run_all.js';
import { ratioOf, type Timing } from './measure.js';
import { exitCodeOf, type Options, readOptions, USAGE } from './options.js';
import { OUTPUT_PLAN, QUICK_OUTPUT_PLAN } from './outputs/plan.js';
import { outputsText } from './outputs/report.js';
import { timeOutputs } from './outputs/time_outputs.js';
import { EACH_CELL, PERMISSION_SET, PERMISSION_SETS, PERMISSION_TABLE, timePermissionSets } from './permission_sets.js';
import { ONE_WORKER, TWO_WORKERS, timePools } from './pool.js';
import { ALL_NAMED, EMPTY_COLUMN, NO_COLUMN, timePrograms } from './programs.js';
import { type CaseResult, caseText, headingText, type Ratios, ratiosText, reportJson, thisMachine } from './report.js';
import { mixed, requests, runs } from './requests.js';
import { CHECK, CHECK_IDS, NOTHING, SINGLE_CHECKS, TYPESCRIPT_CHECK, timeSingle } from './single_check.js';
import { startUpText, timeStartUp } from './start_up.js';
import type { Spread } from './statistics.js';
import { thresholdsOf, thresholdsText } from './thresholds.js';
import { MAX_ROWS, RANDOM, RANDOM_IN_BLOCKS, RUNS_64, RUNS_256, timeWorkloads } from './workloads.js';
import { benchmarkWorld, LARGE, levelsOf, SMALL, type WorldSize } from './world.js';

/** Compiled programs and the files they read. */
const BUILD_FOLDER = 'build/bench';
const MAIN_PROFILE = 'linux-6.12';
const DESIGN_PROFILE = 'v12';
/** Smaller batches would be decided without workers, or before all of them have started. */
const MIN_POOL_ROWS = 1_048_576;
/** Rounds of starting each command. */
const STARTS = 21;
const QUICK_STARTS = 3;

/** Measures the cases of a profile and collects their results. */
class Cases {
  readonly results: CaseResult[] = [];
  readonly ratios: Record<string, Spread> = {};
  readonly #profile: string;
  readonly #program: string | null;
  readonly #options: Options;

  constructor(profile: string, program: string | null, options: Options) {
    this.#profile = profile;
    this.#program = program;
    this.#options = options;
  }

  run(): void {
    const { seed, rows } = this.#options;
    const small = benchmarkWorld(this.#profile, SMALL, seed);
    const smallRequests = requests(small, seed, rows);
    this.#single(small, smallRequests);
    this.#batch('random_small', SMALL, small, smallRequests);
    const large = benchmarkWorld(this.#profile, LARGE, seed);
    const largeRequests = requests(large, seed, rows);
    this.#batch('random_large', LARGE, large, largeRequests);
    this.#permissionSets(large, largeRequests);
    this.#batch('run', LARGE, large, runs(largeRequests));
    this.#batch('mixed', LARGE, large, mixed(largeRequests, large, seed));
    this.#workloads(large, largeRequests);
    this.#programs(large, largeRequests);
  }

  /** Two workers against one. */
  async pool(): Promise<void> {
    const { seed, sampling } = this.#options;
    const rows = Math.max(this.#options.rows, MIN_POOL_ROWS);
    const large = benchmarkWorld(this.#profile, LARGE, seed);
    const result = await timePools(large, requests(large, seed, rows), sampling);
    this.#add({ case: 'pool', profile: this.#profile, world: LARGE.name, ...result });
    this.#compare('pool_scaling', result.timings, TWO_WORKERS, ONE_WORKER);
  }

  #batch(name: string, size: WorldSize, world: World, columns: Columns): void {
    const { rows, allowedShare, timings }: BatchResult = timeBatch(
      world,
      columns,
      this.#program,
      this.#options.sampling,
    );
    this.#add({ case: name, profile: this.#profile, world: size.name, rows, allowedShare, timings });
    this.#compare(`${name}_vs_native`, timings, OURS, NATIVE);
    this.#compare(`${name}_copied_vs_native`, timings, OURS_COPIED, NATIVE);
    this.#compare(`${name}_vs_typescript`, timings, OURS, TYPESCRIPT);
  }

  #single(world: World, columns: Columns): void {
    const timings = timeSingle(world, columns, this.#options.sampling);
    const rows = SINGLE_CHECKS;
    this.#add({ case: 'single', profile: this.#profile, world: SMALL.name, rows, allowedShare: null, timings });
    this.#compare('single_check_vs_typescript', timings, CHECK, TYPESCRIPT_CHECK);
    this.#compare('single_check_ids_vs_typescript', timings, CHECK_IDS, TYPESCRIPT_CHECK);
    this.#compare('single_check_ids_vs_nothing', timings, CHECK_IDS, NOTHING);
  }

  #workloads(world: World, columns: Columns): void {
    const { seed, sampling } = this.#options;
    const timings = timeWorkloads(world, columns, seed, sampling);
    const rows = Math.min(columns.task.length, MAX_ROWS);
    this.#add({ case: 'workloads', profile: this.#profile, world: LARGE.name, rows, allowedShare: null, timings });
    this.#compare('mixed_vs_random', timings, RANDOM, RANDOM_IN_BLOCKS);
    this.#compare('runs64_vs_random', timings, RUNS_64, RANDOM);
    this.#compare('runs256_vs_random', timings, RUNS_256, RANDOM);
  }

  #programs(world: World, columns: Columns): void {
    const { seed, sampling } = this.#options;
    const timings = timePrograms(world, columns, seed, sampling);
    const rows = Math.min(columns.task.length, MAX_ROWS);
    this.#add({ case: 'programs', profile: this.#profile, world: LARGE.name, rows, allowedShare: null, timings });
    this.#compare('empty_program_column_vs_none', timings, EMPTY_COLUMN, NO_COLUMN);
    this.#compare('programs_vs_none', timings, ALL_NAMED, NO_COLUMN);
  }

  #permissionSets(world: World, columns: Columns): void {
    const { timings } = timePermissionSets(world, columns, this.#options.sampling);
    const rows = PERMISSION_SETS;
    this.#add({ case: 'permission set', profile: this.#profile, world: LARGE.name, rows, allowedShare: null, timings });
    this.#compare('permission_set_vs_cells', timings, PERMISSION_SET, EACH_CELL);
    this.#compare('permission_table_vs_cells', timings, PERMISSION_TABLE, EACH_CELL);
  }

  #add(result: CaseResult): void {
    this.results.push(result);
    console.log(`\n${caseText(result)}`);
  }

  #compare(name: string, timings: readonly Timing[], ours: string, theirs: string): void {
    const our = timings.find((timing) => timing.name === ours);
    const their = timings.find((timing) => timing.name === theirs);
    if (our && their) this.ratios[name] = ratioOf(our, their);
  }
}

async function main(options: Options): Promise<void> {
  const { seed, rows, sampling, json, isQuick, hasPipelines } = options;
  const gcc = gccVersion();
  const machine = thisMachine(gcc === null ? null : `${gcc} ${GCC_FLAGS.join(' ')}`);
  console.log(headingText(machine, sampling, rows, seed));
  if (gcc === null) console.log('gcc is missing: no comparison with native code.');
  const measure = (profile: string): Cases => {
    const cases = new Cases(profile, gcc === null ? null : compileNative(profile, BUILD_FOLDER), options);
    cases.run();
    return cases;
  };
  const merged = measure(MAIN_PROFILE);
  if (availableParallelism() > 1) await merged.pool();
  else console.log('\nThis machine has one core: no comparison of worker pools.');
  const design = measure(DESIGN_PROFILE);
  console.log();
  const pipelines = hasPipelines ? runPipelines(['--seed', String(seed), ...(isQuick ? ['--quick'] : [])]) : [];
  const outputs = hasPipelines ? timeOutputs({ ...(isQuick ? QUICK_OUTPUT_PLAN : OUTPUT_PLAN), seed }) : [];
  for (const report of outputs) console.log(outputsText(report));
  const startUp = timeStartUp(isQuick ? QUICK_STARTS : STARTS);
  console.log(startUpText(startUp));
  printRatios(MAIN_PROFILE, merged.ratios);
  printRatios(DESIGN_PROFILE, design.ratios);
  const thresholds = thresholdsOf(merged.ratios, pipelines, outputs, startUp);
  console.log(`\n${thresholdsText(thresholds)}`);
  if (json !== null) {
    const report = {
      machine,
      seed,
      sampling,
      worlds: [MAIN_PROFILE, DESIGN_PROFILE].flatMap((profile) =>
        [SMALL, LARGE].map((size) => describeWorld(profile, size, seed)),
      ),
      results: [...merged.results, ...design.results],
      ratios: merged.ratios,
      ratiosV12: design.ratios,
      pipelines,
      outputs,
      startUp,
      thresholds,
    };
    writeFileSync(json, reportJson(report));
  }
}

function printRatios(profile: string, ratios: Ratios): void {
  console.log(`\n${ratiosText(profile, ratios)}`);
}

function describeWorld(profile: string, size: WorldSize, seed: number) {
  const { unprivilegedBpfDisabled, userns, tasks, tokens } = benchmarkWorld(profile, size, seed);
  const levels = levelsOf(userns);
  return {
    name: size.name,
    profile,
    unprivilegedBpfDisabled,
    userns: userns.length,
    deepestLevel: Math.max(...levels),
    meanLevel: levels.reduce((sum, level) => sum + level, 0) / levels.length,
    tasks: tasks.length,
    tokens: tokens.length,
  };
}

try {
  const options = readOptions(process.argv.slice(2));
  if (options === null) console.log(USAGE);
  else await main(options);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = exitCodeOf(error);
}
