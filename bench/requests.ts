import { type Columns, createColumns } from '../src/engine/columns.js';
import type { World } from '../src/kernel/world.js';
import { Random } from '../src/workload/random.js';

/** Rows of a run of `runs`, all with one task and token. */
export const RUN_LENGTH = 4096;
/** The longest burst of `mixed`: 1 to this many rows have one task and token. */
export const MAX_BURST_LENGTH = 64;

const REQUEST_STREAM = 1;
const BURST_STREAM = 2;
const ZIPF_STREAM = 3;

/**
 * Requests of a benchmark world from a seed. Task: uniform. Token: in 80% one of the caller's own user namespace where
 * it has one, else uniform. Command: map_create 1/4, prog_load 1/2, btf_load 1/4. Map, program and attach types:
 * uniform over the release. One instruction, no fault. About 36% pass the permission checks; a ninth of these fail
 * afterwards because a program's attach type does not fit, so that about 32% are allowed.
 */
export function requests(world: World, seed: number, rows: number): Columns {
  const { insnCnt: _one, pre: _none, ...columns } = createColumns(rows);
  const random = new Random();
  random.reseed(seed, REQUEST_STREAM);
  const tokenFor = tokenDraw(world, random);
  const { vocabulary } = world.profile;
  const mapCreate = vocabulary.require('cmds', 'map_create');
  const progLoad = vocabulary.require('cmds', 'prog_load');
  const btfLoad = vocabulary.require('cmds', 'btf_load');
  const { map_types: mapTypes, prog_types: progTypes, attach_types: attachTypes } = vocabulary.count;
  for (let row = 0; row < rows; row++) {
    const task = random.below(world.tasks.length);
    columns.task[row] = task;
    columns.token[row] = tokenFor(task);
    const quarter = random.below(4);
    if (quarter === 0) {
      columns.cmd[row] = mapCreate;
      columns.type[row] = random.below(mapTypes);
    } else if (quarter === 1) {
      columns.cmd[row] = btfLoad;
    } else {
      columns.cmd[row] = progLoad;
      columns.type[row] = random.below(progTypes);
      columns.attachType[row] = random.below(attachTypes);
    }
  }
  return columns;
}

/** The same requests in runs: each run has the task and token of its first row. */
export function runs(columns: Columns, runLength = RUN_LENGTH): Columns {
  const task = columns.task.slice();
  const token = columns.token.slice();
  for (let start = 0; start < task.length; start += runLength) {
    task.fill(task[start] as number, start, start + runLength);
    token.fill(token[start] as number, start, start + runLength);
  }
  return { ...columns, task, token };
}

/**
 * The same requests in bursts: 1 to 64 rows (uniform) have one task and token; the task of a burst is drawn by
 * Zipf's law (task n with a weight of 1 / (n + 1)), its token as for any request.
 */
export function mixed(columns: Columns, world: World, seed: number): Columns {
  const task = columns.task.slice();
  const token = columns.token.slice();
  const random = new Random();
  random.reseed(seed, BURST_STREAM);
  const tokenFor = tokenDraw(world, random);
  const taskOf = zipf(world.tasks.length, random);
  for (let start = 0; start < task.length; ) {
    const stop = start + 1 + random.below(MAX_BURST_LENGTH);
    const burstTask = taskOf();
    task.fill(burstTask, start, stop);
    token.fill(tokenFor(burstTask), start, stop);
    start = stop;
  }
  return { ...columns, task, token };
}

/** The same requests of tasks drawn by Zipf's law, row by row, each with a token as for any request. */
export function zipfTasks(columns: Columns, world: World, seed: number): Columns {
  const random = new Random();
  random.reseed(seed, ZIPF_STREAM);
  const tokenFor = tokenDraw(world, random);
  const task = columns.task.map(zipf(world.tasks.length, random));
  return { ...columns, task, token: task.map(tokenFor) };
}

/** The same rows ordered by task, those of a task by token. */
export function sortedRows(columns: Columns): Columns {
  const { task, token } = columns;
  const order = Uint32Array.from(task.keys()).sort(
    (a, b) => (task[a] as number) - (task[b] as number) || (token[a] as number) - (token[b] as number) || a - b,
  );
  const taken = <Column extends Uint8Array | Uint16Array>(column: Column): Column => {
    const sorted = column.slice() as Column;
    order.forEach((from, row) => {
      sorted[row] = column[from] as number;
    });
    return sorted;
  };
  const { cmd, type, attachType } = columns;
  return { task: taken(task), token: taken(token), cmd: taken(cmd), type: taken(type), attachType: taken(attachType) };
}

/** Draws tokens for tasks. */
function tokenDraw(world: World, random: Random): (task: number) => number {
  const byUserns: number[][] = world.userns.map(() => []);
  world.tokens.forEach(({ userns }, token) => {
    byUserns[userns]?.push(token);
  });
  const own = world.tasks.map(({ userns }) => byUserns[userns] ?? []);
  const count = world.tokens.length;
  return (task) => {
    const tokens = own[task] as number[];
    const isOwn = random.below(10) < 8 && tokens.length > 0;
    return isOwn ? (tokens[random.below(tokens.length)] as number) : random.below(count);
  };
}

/** Draws numbers from 0 to `count` - 1, number n with a weight of 1 / (n + 1). */
function zipf(count: number, random: Random): () => number {
  const cumulated = new Float64Array(count);
  let sum = 0;
  for (let n = 0; n < count; n++) {
    sum += 1 / (n + 1);
    cumulated[n] = sum;
  }
  return () => {
    const wanted = (random.next() / 2 ** 32) * sum;
    let low = 0;
    let high = count - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((cumulated[middle] as number) > wanted) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}
