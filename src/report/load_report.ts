import type { World } from '../kernel/world.js';
import type { LoadOptions, LoadResult } from '../loadtest/load_test.js';
import { printable } from '../text/printable.js';
import { count, formatRate, percent } from './format.js';
import type { BenchJson } from './schemas/bench.js';

/** What was measured, and on what. */
export interface MeasuredLoad {
  /** What the scenario is called. */
  readonly scenario: string;
  readonly world: World;
  readonly options: Pick<LoadOptions, 'seed' | 'rows' | 'batchRows' | 'workers'>;
  /** Version of Node. */
  readonly node: string;
  readonly result: LoadResult;
}

/** A load run in a few lines. */
export function loadText({ scenario, world, options, node, result }: MeasuredLoad): string {
  const { throughput, windows, latency, batches, allowedShare, checksum, interrupted } = result;
  const { seed, rows, batchRows, workers } = options;
  const lines = [
    `${formatRate(throughput.median)}: median of ${counted(windows, 'window')}, ` +
      `from ${formatRate(throughput.min)} to ${formatRate(throughput.max)}`,
    `a batch of ${count(batchRows)}: p50 ${time(latency.p50)}, p99 ${time(latency.p99)}, p999 ${time(latency.p999)}, ` +
      `longest ${time(latency.max)}, of ${counted(batches, 'batch', 'batches')}`,
    `allowed ${percent(allowedShare, 1)}, checksum ${checksum}`,
    `asked: ${printable(scenario)}, ${printable(world.profile.name)}, ${counted(world.tasks.length, 'task')}, ` +
      `${counted(world.tokens.length, 'token')}; ${counted(rows, 'request')} drawn with seed ${seed}; ` +
      `${counted(workers, 'worker')}, Node ${node}`,
    ...(interrupted ? ['interrupted: this is what was measured until then'] : []),
  ];
  return `${lines.join('\n')}\n`;
}

/** A load run as JSON. */
export function loadJson({ scenario, world, options, node, result }: MeasuredLoad): BenchJson {
  const { throughput, windows, checks, batches, latency, allowedShare, checksum, elapsedMs, interrupted } = result;
  return {
    schema: 'bpf-token-sim/bench/1',
    scenario,
    profile: world.profile.name,
    tasks: world.tasks.length,
    tokens: world.tokens.length,
    rows: options.rows,
    seed: options.seed,
    batch_rows: options.batchRows,
    workers: options.workers,
    node,
    checks_per_second: {
      median: Math.round(throughput.median),
      min: Math.round(throughput.min),
      max: Math.round(throughput.max),
    },
    windows,
    checks,
    batches,
    batch_latency_us: {
      p50: tenths(latency.p50),
      p99: tenths(latency.p99),
      p999: tenths(latency.p999),
      max: tenths(latency.max),
    },
    allowed_share: allowedShare,
    checksum,
    elapsed_ms: Math.round(elapsedMs),
    interrupted,
  };
}

function tenths(value: number): number {
  return Number(value.toFixed(1));
}

function counted(n: number, one: string, many = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}

/** Microseconds for people. */
function time(us: number): string {
  return us < 1000 ? `${us.toFixed(us < 10 ? 1 : 0)} µs` : `${(us / 1000).toFixed(2)} ms`;
}
