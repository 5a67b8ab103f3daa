// What the benchmark is held to: floors are owed, aims are hoped for.

import type { Ratios } from './report.js';
import type { RoadReport } from './road/report.js';

/** A figure and what it should be. */
export interface Goal {
  readonly name: string;
  /** Undefined where it could not be measured here. */
  readonly value: number | undefined;
  /** Least value that is owed. */
  readonly floor: number;
  readonly aim: number | undefined;
}

/** The goals of a run, by the ratios of linux-6.12 and the roads that were timed. */
export function goalsOf(ratios: Ratios, roads: readonly RoadReport[]): readonly Goal[] {
  const ratio = (name: string, floor: number, aim?: number): Goal => ({
    name,
    value: ratios[name]?.median,
    floor,
    aim,
  });
  const road = (format: string): RoadReport | undefined => roads.find((report) => report.format === format);
  const ofDuckDB = (format: string): Goal => ({
    name: `${format}_vs_duckdb`,
    value: road(format)?.ratio?.median,
    floor: 0.7,
    aim: undefined,
  });
  const arrow = road('arrow')?.timings[0]?.rate.median;
  return [
    ratio('random_small_vs_native', 2, 3),
    ratio('random_large_vs_native', 1.6, 2.2),
    ratio('run_vs_native', 10, 20),
    ratio('pool_scaling', 1.85, 1.95),
    ratio('mixed_vs_random', 0.95),
    ratio('runs64_vs_random', 3),
    { name: 'arrow_million_rows_per_second', value: arrow && arrow / 1e6, floor: 60, aim: 100 },
    ...['parquet', 'csv', 'ndjson'].map(ofDuckDB),
  ];
}

/** A line each: whether the floor holds, and how near the aim is. */
export function goalsText(goals: readonly Goal[]): string {
  const width = Math.max(...goals.map(({ name }) => name.length));
  const lines = goals.map(({ name, value, floor, aim }) => {
    const measured = value === undefined ? 'not measured' : value.toFixed(2);
    const words =
      value === undefined ? '' : value >= floor ? ', holds' : `, DOES NOT HOLD: ${percent(value, floor)} of it`;
    return `  ${name.padEnd(width)} ${measured.padStart(12)}   floor ${floor}${words}${aimWords(value, aim)}`;
  });
  return ['Floors, which are owed, and aims (medians, linux-6.12; a rate depends on the machine):', ...lines].join(
    '\n',
  );
}

function aimWords(value: number | undefined, aim: number | undefined): string {
  if (aim === undefined) return '';
  if (value === undefined) return `; aim ${aim}`;
  return value >= aim ? `; aim ${aim}, reached` : `; aim ${aim}, ${percent(value, aim)} of it`;
}

function percent(value: number, of: number): string {
  return `${Math.floor((100 * value) / of)}%`;
}
