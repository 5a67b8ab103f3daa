import { cpus } from 'node:os';
import type { PipelineReport } from './end_to_end/report.js';
import type { SamplingPlan, Timing } from './measure.js';
import type { OutputReport } from './outputs/time_outputs.js';
import type { StartUp } from './start_up.js';
import type { Spread } from './statistics.js';
import type { Threshold } from './thresholds.js';

/** The machine of a measurement. */
export interface Machine {
  readonly cpu: string;
  readonly node: string;
  readonly cores: number;
  /** First line of `gcc --version` and the flags, or null where there is no gcc. */
  readonly gcc: string | null;
}

/** The size of a world, for the report. */
export interface WorldDescription {
  readonly name: string;
  readonly profile: string;
  readonly unprivilegedBpfDisabled: number;
  readonly userns: number;
  readonly deepestLevel: number;
  readonly meanLevel: number;
  readonly tasks: number;
  readonly tokens: number;
}

/** One case: the same rows, decided by several candidates. */
export interface CaseResult {
  readonly case: string;
  readonly profile: string;
  readonly world: string;
  readonly rows: number;
  /** Share of allowed rows, 0 to 1; null where not all rows were decided. */
  readonly allowedShare: number | null;
  readonly timings: readonly Timing[];
}

/** Ratios of checks per second, ours divided by theirs, by name: `random_small_vs_native`. */
export type Ratios = Readonly<Record<string, Spread>>;

/** All results of a benchmark run. */
export interface Report {
  readonly machine: Machine;
  readonly seed: number;
  readonly sampling: SamplingPlan;
  readonly worlds: readonly WorldDescription[];
  readonly results: readonly CaseResult[];
  readonly ratios: Ratios;
  readonly ratiosV12: Ratios;
  readonly pipelines: readonly PipelineReport[];
  readonly outputs: readonly OutputReport[];
  readonly startUp: readonly StartUp[];
  readonly thresholds: readonly Threshold[];
}

/** This machine. */
export function thisMachine(gcc: string | null): Machine {
  const cores = cpus();
  return { cpu: cores[0]?.model.trim() ?? 'unknown', node: process.version, cores: cores.length, gcc };
}

/** The report as JSON: medians as plain ratios, their spreads beside them. */
export function reportJson({
  machine,
  seed,
  sampling,
  worlds,
  results,
  ratios,
  ratiosV12,
  pipelines,
  outputs,
  startUp,
  thresholds,
}: Report): string {
  const medians = (of: Ratios) => Object.fromEntries(Object.entries(of).map(([name, { median }]) => [name, median]));
  const whole = {
    machine,
    seed,
    sampling,
    worlds,
    results,
    ratios: medians(ratios),
    ratios_v12: medians(ratiosV12),
    ratio_spreads: ratios,
    ratio_spreads_v12: ratiosV12,
    pipelines,
    outputs,
    start_up: startUp,
    thresholds: thresholds.map(({ value, ...goal }) => ({
      ...goal,
      value: value ?? null,
      holds: value === undefined ? null : value >= goal.minimum,
    })),
  };
  // Six digits are more than any clock's precision.
  const json = JSON.stringify(
    whole,
    (_, value) => (typeof value === 'number' ? Number(value.toPrecision(6)) : value),
    2,
  );
  return `${json}\n`;
}

/** The machine and the amount of measuring, as lines. */
export function headingText(machine: Machine, sampling: SamplingPlan, rows: number, seed: number): string {
  return [
    `${machine.cpu}, ${machine.cores} cores, Node ${machine.node}${machine.gcc === null ? '' : `, ${machine.gcc}`}`,
    `${rows.toLocaleString('en')} rows a batch, seed ${seed}; ${sampling.rounds} interleaved rounds of ` +
      `${sampling.repetitions} after a warm-up; the engine gives reasons, the baselines only allow or deny`,
  ].join('\n');
}

/** A case as a small table. */
export function caseText({ case: name, profile, world, rows, allowedShare, timings }: CaseResult): string {
  const share = allowedShare === null ? '' : `, ${(allowedShare * 100).toFixed(1)}% allowed`;
  const width = Math.max(10, ...timings.map((timing) => timing.name.length));
  const lines = timings.map((timing) => {
    const { median, min, max } = timing.nanoseconds;
    return (
      `  ${timing.name.padEnd(width)} ${median.toFixed(2).padStart(9)} ns a check ` +
      `(${min.toFixed(2)} to ${max.toFixed(2)})${millions(timing.checksPerSecond).padStart(12)} M/s`
    );
  });
  return [`${name}, ${profile}, ${world} world, ${rows.toLocaleString('en')} rows${share}`, ...lines].join('\n');
}

/** Ratios as a table. */
export function ratiosText(profile: string, ratios: Ratios): string {
  const width = Math.max(0, ...Object.keys(ratios).map((name) => name.length));
  const lines = Object.entries(ratios).map(
    ([name, { median, min, max }]) =>
      `  ${name.padEnd(width)} ${median.toFixed(2).padStart(8)}  (${min.toFixed(2)} to ${max.toFixed(2)})`,
  );
  return [
    `Ratios of checks per second, engine to baseline, ${profile} (median, minimum and maximum of the rounds):`,
    ...lines,
  ].join('\n');
}

function millions(perSecond: number): string {
  return (perSecond / 1e6).toFixed(perSecond < 1e7 ? 2 : 1);
}
