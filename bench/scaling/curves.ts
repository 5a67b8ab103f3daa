import { availableParallelism } from 'node:os';
import type { Columns } from '../../src/engine/columns.js';
import { createEvaluator } from '../../src/engine/evaluator.js';
import { MAX_IDS, type UsernsSpec, type World } from '../../src/kernel/world.js';
import { createEvaluatorPool } from '../../src/pool/evaluator_pool.js';
import { TypeScriptBaseline } from '../baselines/typescript.js';
import { residentCopy } from '../batches.js';
import { candidate, interleave, interleaveAsync, type SamplingPlan, type Timing } from '../measure.js';
import { requests } from '../requests.js';
import { benchmarkWorld, LARGE } from '../world.js';

/** The amount of measuring. */
export interface Extent {
  readonly seed: number;
  readonly sampling: SamplingPlan;
  /** Rows of a batch in the curves by other variables. */
  readonly rows: number;
  readonly maxRows: number;
}

/** The measurement at one point of a curve. */
export interface Point {
  readonly x: number;
  /** Checks per second by candidate: median, minimum and maximum of the rounds. */
  readonly checksPerSecond: Readonly<Record<string, { median: number; min: number; max: number }>>;
}

/** Checks per second by one variable. */
export interface Curve {
  /** The name of its file, such as `batch`. */
  readonly name: string;
  readonly title: string;
  readonly xLabel: string;
  readonly isLog: boolean;
  readonly points: readonly Point[];
}

/** Names of the candidates: the evaluator, and a plain TypeScript loop that walks the namespaces. */
const OURS = 'bpf-token-sim';
const PLAIN = 'plain TypeScript';
/** The plain loop would need minutes for more rows. */
const MAX_PLAIN_ROWS = 2 ** 20;
/** The deepest level that the kernel allows (docs/scenarios.md). */
const DEEPEST = 33;
/** Minimum checks of one timed repetition: small batches are repeated. */
const MIN_CHECKS = 16_384;
const PROFILE = 'linux-6.12';

/** Checks per second by rows of a batch outside of the evaluator's memory, from 1 to `maxRows`. */
export function batchCurve({ seed, sampling, maxRows }: Extent): Curve {
  const world = benchmarkWorld(PROFILE, LARGE, seed);
  const base = requests(world, seed, Math.min(maxRows, 1_000_000));
  const settings: Setting[] = [];
  for (let rows = 1; rows <= maxRows; rows *= 10) settings.push({ x: rows, world, columns: repeated(base, rows) });
  return {
    name: 'batch',
    title: 'Rows of a batch',
    xLabel: 'rows',
    isLog: true,
    points: measure(settings, sampling),
  };
}

/** By the number of tasks and of tokens, from 16 to the largest; with a quarter as many user namespaces. */
export function worldCurve({ seed, sampling, rows }: Extent): Curve {
  const settings = [16, 64, 256, 1024, 4096, 16_384, MAX_IDS].map((count): Setting => {
    const size = { name: String(count), userns: Math.ceil(count / 4), tasks: count, tokens: count };
    const world = benchmarkWorld(PROFILE, size, seed);
    return { x: count, world, columns: requests(world, seed, rows) };
  });
  const points = measure(settings, sampling);
  return { name: 'world', title: 'Tasks and tokens', xLabel: 'tasks, and as many tokens', isLog: true, points };
}

/** By the deepest level of user namespaces, which form chains; 0: only the initial one. */
export function depthCurve({ seed, sampling, rows }: Extent): Curve {
  const settings = [0, 1, 2, 4, 8, 16, 24, DEEPEST].map((depth): Setting => {
    const world = deepWorld(benchmarkWorld(PROFILE, LARGE, seed), depth);
    return { x: depth, world, columns: requests(world, seed, rows) };
  });
  const points = measure(settings, sampling);
  return { name: 'depth', title: 'Depth of user namespaces', xLabel: 'deepest level', isLog: false, points };
}

/** By worker threads of a pool on a resident batch; 0: without a pool, in this thread. */
export async function workerCurve({ seed, sampling, rows }: Extent): Promise<Curve> {
  const world = benchmarkWorld(PROFILE, LARGE, seed);
  const evaluator = createEvaluator(world);
  const resident = residentCopy(evaluator, requests(world, seed, 4 * rows));
  const out = evaluator.createVerdicts(4 * rows);
  const counts = Array.from({ length: Math.min(8, 2 * availableParallelism()) }, (_, i) => i + 1);
  const pools = counts.map((workers) => createEvaluatorPool(evaluator, { workers }));
  try {
    const inline = { name: '0', checks: out.length, work: async () => evaluator.decideBatch(resident, out) };
    const others = pools.map((pool) => ({
      name: String(pool.workers),
      checks: out.length,
      work: () => pool.decideBatch(resident, out),
    }));
    const timings = await interleaveAsync([inline, ...others], sampling);
    const points = timings.map((timing) => ({ x: Number(timing.name), checksPerSecond: { [OURS]: speed(timing) } }));
    return { name: 'workers', title: 'Worker threads', xLabel: 'workers; 0: no pool', isLog: false, points };
  } finally {
    await Promise.all(pools.map((pool) => pool.close()));
  }
}

/** The world and batch of one point of a curve. */
interface Setting {
  readonly x: number;
  readonly world: World;
  readonly columns: Columns;
}

/** Times all points of a curve in turn, round after round, so that other load of the machine affects all of them. */
function measure(settings: readonly Setting[], sampling: SamplingPlan): Point[] {
  const candidates = settings.flatMap(({ x, world, columns }) => {
    const rows = columns.task.length;
    const out = new Uint8Array(rows);
    const times = Math.ceil(MIN_CHECKS / rows);
    const repeat = (name: string, side: { decideBatch(columns: Columns, out: Uint8Array): void }) => {
      const work = (): void => {
        for (let i = 0; i < times; i++) side.decideBatch(columns, out);
      };
      return { x, timed: candidate(name, rows * times, work) };
    };
    const ours = repeat(OURS, createEvaluator(world));
    return rows <= MAX_PLAIN_ROWS ? [ours, repeat(PLAIN, new TypeScriptBaseline(world))] : [ours];
  });
  const timings = interleave(
    candidates.map(({ timed }) => timed),
    sampling,
  );
  return settings.map(({ x }) => {
    const here = timings.filter((_, i) => candidates[i]?.x === x);
    return { x, checksPerSecond: Object.fromEntries(here.map((timing) => [timing.name, speed(timing)])) };
  });
}

function speed({ nanoseconds }: Timing): { median: number; min: number; max: number } {
  return { median: 1e9 / nanoseconds.median, min: 1e9 / nanoseconds.max, max: 1e9 / nanoseconds.min };
}

/** The first rows of a batch; repeated where it is shorter. */
function repeated(base: Columns, rows: number): Columns {
  const fill = <Column extends Uint8Array | Uint16Array>(column: Column, to: Column): Column => {
    for (let at = 0; at < rows; at += column.length) to.set(column.subarray(0, Math.min(column.length, rows - at)), at);
    return to;
  };
  return {
    task: fill(base.task, new Uint16Array(rows)),
    token: fill(base.token, new Uint16Array(rows)),
    cmd: fill(base.cmd, new Uint8Array(rows)),
    type: fill(base.type, new Uint8Array(rows)),
    attachType: fill(base.attachType, new Uint8Array(rows)),
  };
}

/** The world with its user namespaces in chains down to a level; with level 0, all tasks and tokens in the initial one. */
function deepWorld(world: World, depth: number): World {
  if (depth === 0) {
    const home = <Spec extends { readonly userns: number }>(spec: Spec): Spec => ({ ...spec, userns: 0 });
    return { ...world, userns: world.userns.slice(0, 1), tasks: world.tasks.map(home), tokens: world.tokens.map(home) };
  }
  const userns = world.userns.map(
    (spec, id): UsernsSpec => ({ ...spec, parent: id === 0 || id % depth === 1 % depth ? 0 : id - 1 }),
  );
  return { ...world, userns };
}
