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

/** How much to measure. */
export interface Extent {
  readonly seed: number;
  readonly sampling: SamplingPlan;
  /** Rows of a batch, where that is not what grows. */
  readonly rows: number;
  readonly mostRows: number;
}

/** What was measured at one place of a curve. */
export interface Point {
  readonly x: number;
  /** Checks per second by contender: median of the rounds, least and most. */
  readonly checksPerSecond: Readonly<Record<string, { median: number; min: number; max: number }>>;
}

/** How checks per second go as one thing grows. */
export interface Curve {
  /** `batch`: the name of its files. */
  readonly name: string;
  readonly title: string;
  readonly xLabel: string;
  readonly isLog: boolean;
  readonly points: readonly Point[];
}

/** The names contenders have: the evaluator, and a plain TypeScript loop that walks the namespaces. */
const OURS = 'bpf-token-sim';
const PLAIN = 'plain TypeScript';
/** More would take the plain loop minutes and show nothing new. */
const MAX_PLAIN_ROWS = 2 ** 20;
/** The kernel allows no user namespace deeper (docs/scenarios.md). */
const DEEPEST = 33;
/** Checks of one timed repetition at least: small batches are repeated. */
const MIN_CHECKS = 16_384;
const PROFILE = 'linux-6.12';

/** Checks per second by rows of a batch that is copied into the evaluator's memory, from 1 to `mostRows`. */
export function batchCurve({ seed, sampling, mostRows }: Extent): Curve {
  const world = benchmarkWorld(PROFILE, LARGE, seed);
  const base = requests(world, seed, Math.min(mostRows, 1_000_000));
  const workspaces: Place[] = [];
  for (let rows = 1; rows <= mostRows; rows *= 10) workspaces.push({ x: rows, world, columns: repeated(base, rows) });
  return {
    name: 'batch',
    title: 'Rows of a batch',
    xLabel: 'rows',
    isLog: true,
    points: measure(workspaces, sampling),
  };
}

/** By tasks and tokens, from 16 of each to as many as ids can name; a quarter as many user namespaces. */
export function worldCurve({ seed, sampling, rows }: Extent): Curve {
  const workspaces = [16, 64, 256, 1024, 4096, 16_384, MAX_IDS].map((count): Place => {
    const size = { name: String(count), userns: Math.ceil(count / 4), tasks: count, tokens: count };
    const world = benchmarkWorld(PROFILE, size, seed);
    return { x: count, world, columns: requests(world, seed, rows) };
  });
  const points = measure(workspaces, sampling);
  return { name: 'world', title: 'Tasks and tokens', xLabel: 'tasks, and as many tokens', isLog: true, points };
}

/** By the deepest level of user namespaces, which lie in chains one in the other; 0: there is but the initial one. */
export function depthCurve({ seed, sampling, rows }: Extent): Curve {
  const workspaces = [0, 1, 2, 4, 8, 16, 24, DEEPEST].map((depth): Place => {
    const world = deepWorld(benchmarkWorld(PROFILE, LARGE, seed), depth);
    return { x: depth, world, columns: requests(world, seed, rows) };
  });
  const points = measure(workspaces, sampling);
  return { name: 'depth', title: 'Depth of user namespaces', xLabel: 'deepest level', isLog: false, points };
}

/** By worker threads of a pool on a batch in the evaluator's memory; 0 is this thread alone. */
export async function workerCurve({ seed, sampling, rows }: Extent): Promise<Curve> {
  const world = benchmarkWorld(PROFILE, LARGE, seed);
  const evaluator = createEvaluator(world);
  const resident = residentCopy(evaluator, requests(world, seed, 4 * rows));
  const out = evaluator.makeVerdicts(4 * rows);
  const counts = Array.from({ length: Math.min(8, 2 * availableParallelism()) }, (_, i) => i + 1);
  const pools = counts.map((workers) => createEvaluatorPool(evaluator, { workers }));
  try {
    const inline = { name: '0', checks: out.length, work: async () => evaluator.checkBatch(resident, out) };
    const others = pools.map((pool) => ({
      name: String(pool.workers),
      checks: out.length,
      work: () => pool.checkBatch(resident, out),
    }));
    const timings = await interleaveAsync([inline, ...others], sampling);
    const points = timings.map((timing) => ({ x: Number(timing.name), checksPerSecond: { [OURS]: speed(timing) } }));
    return { name: 'workers', title: 'Worker threads', xLabel: 'workers; 0: no pool', isLog: false, points };
  } finally {
    await Promise.all(pools.map((pool) => pool.close()));
  }
}

/** A world and a batch to be timed at one place of a curve. */
interface Place {
  readonly x: number;
  readonly world: World;
  readonly columns: Columns;
}

/** Times all places of a curve in turn, round after round, so that what else the machine does falls on all of them alike. */
function measure(workspaces: readonly Place[], sampling: SamplingPlan): Point[] {
  const candidates = workspaces.flatMap(({ x, world, columns }) => {
    const rows = columns.task.length;
    const out = new Uint8Array(rows);
    const times = Math.ceil(MIN_CHECKS / rows);
    const repeat = (name: string, side: { checkBatch(columns: Columns, out: Uint8Array): void }) => {
      const work = (): void => {
        for (let i = 0; i < times; i++) side.checkBatch(columns, out);
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
  return workspaces.map(({ x }) => {
    const here = timings.filter((_, i) => candidates[i]?.x === x);
    return { x, checksPerSecond: Object.fromEntries(here.map((timing) => [timing.name, speed(timing)])) };
  });
}

function speed({ nanoseconds }: Timing): { median: number; min: number; max: number } {
  return { median: 1e9 / nanoseconds.median, min: 1e9 / nanoseconds.max, max: 1e9 / nanoseconds.min };
}

/** The first rows of a batch; the whole of it again and again where more are wanted. */
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

/** The world with its user namespaces in chains down to a level; where there is none below the first, all are in that. */
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
