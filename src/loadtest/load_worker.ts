import { workerData } from 'node:worker_threads';
import { DeciderCache } from '../pool/decider_cache.js';
import { sliceColumns } from '../pool/shared_columns.js';
import { taskHandler } from '../workers/task_handler.js';
import type { LoadTask, LoadWorkerData, WindowPart } from './load_task.js';
import { createTimeHistogram, recordTime } from './statistics.js';

/** Rows per batch of the count. */
const COUNT_ROWS = 65_536;

const { memory, columns } = workerData as LoadWorkerData;
const deciders = new DeciderCache(memory);
const rows = columns.task.length;

function count(workspace: number, start: number, stop: number): Float64Array {
  const decider = deciders.at(workspace);
  const counts = new Float64Array(256);
  for (let from = start; from < stop; from += COUNT_ROWS) {
    const verdicts = new Uint8Array(Math.min(COUNT_ROWS, stop - from));
    decider.decideBatch(sliceColumns(columns, from, from + verdicts.length), verdicts);
    for (const verdict of verdicts) counts[verdict] = (counts[verdict] as number) + 1;
  }
  return counts;
}

function load({ workspace, start, batchRows, forMs, ended }: LoadTask & { kind: 'load' }): WindowPart {
  const decider = deciders.at(workspace);
  const verdicts = new Uint8Array(batchRows);
  const times = createTimeHistogram();
  let checks = 0;
  const startedAt = performance.now();
  let now = startedAt;
  let from = start;
  while (now - startedAt < forMs && Atomics.load(ended, 0) === 0) {
    if (from + batchRows > rows) from = 0;
    decider.decideBatch(sliceColumns(columns, from, from + batchRows), verdicts);
    from += batchRows;
    const before = now;
    now = performance.now();
    recordTime(times, now - before);
    checks += batchRows;
  }
  return { checks, elapsedMs: now - startedAt, times };
}

export default taskHandler((task: LoadTask) =>
  task.kind === 'count' ? count(task.workspace, task.start, task.stop) : load(task),
);
