import * as L from '../abi/memory_layout.js';
import type { TaskSpec, TokenSpec } from '../kernel/world.js';
import { type RowPlan, writeTaskRow, writeTokenRow } from './compile.js';
import type { WorldTables } from './regions.js';

// Rows added to tables that other threads may be reading. Nobody asks for an id before it is handed out, so that a row
// may be written in peace before its count says that it is there.

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

/** What was written before is there for whoever sees the new count. */
function raiseCount(buffer: ArrayBufferLike, address: number, count: number): void {
  Atomics.store(new Uint32Array(buffer, address, 1), 0, count);
}
