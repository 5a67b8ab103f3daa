// The thresholds of the benchmark: minima that must hold, and targets.

import type { PipelineReport } from './end_to_end/report.js';
import type { OutputReport } from './outputs/time_outputs.js';
import type { Ratios } from './report.js';
import type { StartUp } from './start_up.js';

/** A measured figure with its minimum and target. */
export interface Threshold {
  readonly name: string;
  /** Undefined where it could not be measured on this machine. */
  readonly value: number | undefined;
  /** The benchmark fails below this value. */
  readonly minimum: number;
  readonly target: number | undefined;
  /** The value is to be this at most, and so is the target: less is better. */
  readonly isMost?: boolean;
}

/** The thresholds of a run, from the ratios of linux-6.12, the end-to-end pipelines, the outputs to memory and the start-up times. */
export function thresholdsOf(
  ratios: Ratios,
  pipelines: readonly PipelineReport[],
  outputs: readonly OutputReport[],
  startUp: readonly StartUp[],
): readonly Threshold[] {
  const ratio = (name: string, minimum: number, target?: number): Threshold => ({
    name,
    value: ratios[name]?.median,
    minimum,
    target,
  });
  const pipeline = (format: string): PipelineReport | undefined => pipelines.find((report) => report.format === format);
  const ofDuckDB = (format: string): Threshold => ({
    name: `${format}_vs_duckdb`,
    value: pipeline(format)?.ratio?.median,
    minimum: 0.7,
    target: undefined,
  });
  const written = outputs.find(({ isInMemory }) => isInMemory)?.ratios ?? {};
  const output = (name: string, minimum: number, target: number): Threshold => ({
    name,
    value: written[name]?.median,
    minimum,
    target,
  });
  const arrow = pipeline('arrow')?.timings[0]?.rate.median;
  return [
    ratio('random_small_vs_native', 2, 3),
    ratio('random_large_vs_native', 1.6, 2.2),
    ratio('run_vs_native', 10, 20),
    ratio('pool_scaling', 1.85, 1.95),
    ratio('mixed_vs_random', 0.95),
    ratio('runs64_vs_random', 3),
    { name: 'arrow_million_rows_per_second', value: arrow && arrow / 1e6, minimum: 60, target: 100 },
    ...['parquet', 'csv', 'ndjson'].map(ofDuckDB),
    { ...output('arrow_out_vs_in', 3, 1.8), isMost: true },
    output('parquet_out_vs_duckdb', 1.5, 4),
    output('csv_out_vs_duckdb', 2.5, 5),
    output('ndjson_out_vs_duckdb', 3, 6),
    output('generate_vs_memory', 0.5, 0.8),
    // At most twice the time of node -e 0, which is itself the first of them.
    ...startUp.slice(1).map(({ command, timesNode }) => ({
      name: `node_vs_start_of_${command}`,
      value: 1 / timesNode.median,
      minimum: 0.5,
      target: undefined,
    })),
  ];
}

/** One line per threshold: whether the minimum holds, and the distance to the target. */
export function thresholdsText(thresholds: readonly Threshold[]): string {
  const width = Math.max(...thresholds.map(({ name }) => name.length));
  const lines = thresholds.map((threshold) => {
    const { name, value, minimum, isMost } = threshold;
    const measured = value === undefined ? 'not measured' : value.toFixed(2);
    const share = shareOf(threshold, minimum);
    const words = share === undefined ? '' : share >= 100 ? ', holds' : `, DOES NOT HOLD: ${Math.floor(share)}% of it`;
    const bound = isMost ? 'at most' : 'minimum';
    return `  ${name.padEnd(width)} ${measured.padStart(12)}   ${bound} ${minimum}${words}${formatTarget(threshold)}`;
  });
  return ['Thresholds: minimum and target (medians, linux-6.12; a rate depends on the machine):', ...lines].join('\n');
}

function formatTarget(threshold: Threshold): string {
  const { target } = threshold;
  if (target === undefined) return '';
  const share = shareOf(threshold, target);
  if (share === undefined) return `; target ${target}`;
  return share >= 100 ? `; target ${target}, reached` : `; target ${target}, ${Math.floor(share)}% of it`;
}

/** How many per cent of a bound are reached: 100 and more where it holds; undefined where nothing was measured. */
function shareOf({ value, isMost }: Threshold, bound: number): number | undefined {
  if (value === undefined) return undefined;
  return isMost ? (100 * bound) / value : (100 * value) / bound;
}
