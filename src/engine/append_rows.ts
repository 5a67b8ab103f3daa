import * as L from '../abi/memory_layout.js';
import type { TaskSpec, TokenSpec } from '../kernel/world.js';
import { type RowPlan, writeTaskRow, writeTokenRow } from './compile.js';
import type { WorldTables } from './regions.js';

// Adds rows to tables that other threads may be reading. No thread reads a row before the count includes it, so that the row
// can be written first.

/** Adds the row of a task, whose id is the number of tasks so far. */
export function addTaskRow(tables: WorldTables, plan: RowPlan, id: number, task: TaskSpec): void {
  writeTaskRow(tables, plan, id, task);
  raiseCount(tables.buffer, L.WORLD_TASK_COUNT, id + 1);
}

/** Adds the row of a token, whose id is the number of tokens so far. */
export function addTokenRow(tables: WorldTables, plan: RowPlan, id: number, token: TokenSpec): void {
  writeTokenRow(tables, plan, id, token);
  raiseCount(tables.buffer, L.WORLD_TOKEN_COUNT, id + 1);
}

/** A thread that reads the new count sees the row written before. */
function raiseCount(buffer: ArrayBufferLike, address: number, count: number): void {
  Atomics.store(new Uint32Array(buffer, address, 1), 0, count);
}
