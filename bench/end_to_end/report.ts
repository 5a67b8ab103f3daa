import type { Spread } from '../statistics.js';
import type { PipelineResult } from './time_pipeline.js';

/** The report of a process that timed one format. */
export interface PipelineReport extends PipelineResult {
  readonly world: string;
  readonly workers: number;
  /** Peak memory of the whole process in bytes, DuckDB included. */
  readonly peakMemory: number;
}

/** A format as a table. */
export function pipelineText({
  format,
  world,
  rows,
  bytes,
  timings,
  ratio,
  cpuRatio,
  peakMemory,
}: PipelineReport): string {
  const width = Math.max(...timings.map(({ name }) => name.length));
  const lines = timings.map(
    ({ name, rate, cpu }) =>
      `  ${name.padEnd(width)} ${spread(rate, (n) => (n / 1e6).toFixed(2))} million rows per second, ` +
      `${cpu.median.toFixed(1)} ns of processor time per row`,
  );
  if (ratio && cpuRatio) {
    const times = (n: number): string => n.toFixed(2);
    lines.push(`  bpftoken to DuckDB: ${spread(ratio, times)}; ${spread(cpuRatio, times)} by processor time`);
  }
  const heading = `${format}, ${world} world, ${rows.toLocaleString('en')} rows, ${(bytes / 1e6).toFixed(0)} MB`;
  return [heading, ...lines, `  ${Math.round(peakMemory / 1e6)} MB peak memory`].join('\n');
}

function spread({ median, min, max }: Spread, shown: (n: number) => string): string {
  return `${shown(median)} (${shown(min)} to ${shown(max)})`;
}
