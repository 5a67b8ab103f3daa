import { availableParallelism } from 'node:os';
import type { Columns } from '../../src/engine/columns.js';
import { createEvaluator } from '../../src/engine/evaluator.js';
import { MAX_IDS, type UsernsSpec, type World } from '../../src/kernel/world.js';
import { createPool } from '../../src/pool/index.js';
import { residentCopy } from '../batches.js';
import { contender, type Effort, interleave, interleaveAsync, type Timing } from '../measure.js';
import { requests } from '../requests.js';
import { TypeScriptRival } from '../typescript.js';
import { benchmarkWorld, LARGE } from '../world.js';

/** How much to measure. */
export interface Extent {
  readonly seed: number;
  readonly effort: Effort;
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
const MOST_PLAIN_ROWS = 2 ** 20;
/** The kernel allows no user namespace deeper (docs/scenarios.md). */
const DEEPEST = 33;
/** Checks of one timed repetition at least: small batches are repeated. */
const LEAST_CHECKS = 16_384;
const PROFILE = 'linux-6.12';

/** Checks per second by rows of a batch that is copied into the evaluator's memory, from 1 to `mostRows`. */
export function batchCurve({ seed, effort, mostRows }: Extent): Curve {
  const world = benchmarkWorld(PROFILE, LARGE, seed);
  const base = requests(world, seed, Math.min(mostRows, 1_000_000));
  const points: Point[] = [];
  for (let rows = 1; rows <= mostRows; rows *= 10) {
    points.push({ x: rows, checksPerSecond: speeds(world, repeated(base, rows), effort) });
  }
  return { name: 'batch', title: 'Rows of a batch', xLabel: 'rows', isLog: true, points };
}

/** By tasks and tokens, from 16 of each to as many as ids can name; a quarter as many user namespaces. */
export function worldCurve({ seed, effort, rows }: Extent): Curve {
  const points = [16, 64, 256, 1024, 4096, 16_384, MAX_IDS].map((count): Point => {
    const size = { name: String(count), userns: Math.ceil(count / 4), tasks: count, tokens: count };
    const world = benchmarkWorld(PROFILE, size, seed);
    return { x: count, checksPerSecond: speeds(world, requests(world, seed, rows), effort) };
  });
  return { name: 'world', title: 'Tasks and tokens', xLabel: 'tasks, and as many tokens', isLog: true, points };
}

/** By the level that every other user namespace lies at; callers are half of the way above, or there. */
export function depthCurve({ seed, effort, rows }: Extent): Curve {
  const points = [0, 1, 2, 4, 8, 16, 24, DEEPEST].map((depth): Point => {
    const world = deepWorld(benchmarkWorld(PROFILE, LARGE, seed), depth);
    return { x: depth, checksPerSecond: speeds(world, requests(world, seed, rows), effort) };
  });
  return { name: 'depth', title: 'Depth of user namespaces', xLabel: 'deepest level', isLog: false, points };
}

/** By worker threads of a pool on a batch in the evaluator's memory; 0 is this thread alone. */
export async function workerCurve({ seed, effort, rows }: Extent): Promise<Curve> {
  const world = benchmarkWorld(PROFILE, LARGE, seed);
  const evaluator = createEvaluator(world);
  const resident = residentCopy(evaluator, requests(world, seed, 4 * rows));
  const out = evaluator.makeVerdicts(4 * rows);
  const counts = Array.from({ length: Math.min(8, 2 * availableParallelism()) }, (_, i) => i + 1);
  const pools = counts.map((workers) => createPool(evaluator, { workers }));
  try {
    const inline = { name: '0', checks: out.length, work: async () => evaluator.checkBatch(resident, out) };
    const others = pools.map((pool) => ({
      name: String(pool.workers),
      checks: out.length,
      work: () => pool.checkBatch(resident, out),
    }));
    const timings = await interleaveAsync([inline, ...others], effort);
    const points = timings.map((timing) => ({ x: Number(timing.name), checksPerSecond: { [OURS]: speed(timing) } }));
    return { name: 'workers', title: 'Worker threads', xLabel: 'workers; 0: no pool', isLog: false, points };
  } finally {
    await Promise.all(pools.map((pool) => pool.close()));
  }
}

function speeds(world: World, columns: Columns, effort: Effort): Point['checksPerSecond'] {
  const evaluator = createEvaluator(world);
  const rival = new TypeScriptRival(world);
  const rows = columns.task.length;
  const out = new Uint8Array(rows);
  const times = Math.ceil(LEAST_CHECKS / rows);
  const repeat = (decide: () => void) => () => {
    for (let i = 0; i < times; i++) decide();
  };
  const ours = repeat(() => evaluator.checkBatch(columns, out));
  const plain = repeat(() => rival.checkBatch(columns, out));
  const contenders = [contender(OURS, rows * times, ours)];
  if (rows <= MOST_PLAIN_ROWS) contenders.push(contender(PLAIN, rows * times, plain));
  const timings = interleave(contenders, effort);
  evaluator.dispose();
  return Object.fromEntries(timings.map((timing) => [timing.name, speed(timing)]));
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
