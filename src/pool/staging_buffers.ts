import type { Columns, FullColumns } from '../engine/columns.js';
import { createSharedColumns, createSharedProgramColumn, createSharedVerdicts, isShared } from './shared_columns.js';

/** Rows of a staging buffer: 14 MB. */
export const STAGING_ROWS = 1_048_576;
/** Staging buffers kept for later batches. */
const KEPT = 4;
const NAMES = ['task', 'token', 'cmd', 'type', 'attachType', 'insnCnt', 'pre', 'program'] as const;

/** Shared memory that holds a caller's unshared columns while workers decide them. */
export class StagingBuffer {
  readonly #columns: FullColumns = createSharedColumns(STAGING_ROWS);
  readonly #verdicts = createSharedVerdicts(STAGING_ROWS);
  /** Made when a batch has programs. */
  #program: Uint16Array | undefined;

  /** The same rows in columns that other threads can read: unshared columns are copied, shared ones are returned. */
  columns(columns: Columns): Columns {
    const rows = columns.task.length;
    const staged: Record<string, Columns[keyof Columns]> = {};
    for (const name of NAMES) {
      const column = columns[name];
      if (column === undefined) continue;
      if (isShared(column)) {
        staged[name] = column;
        continue;
      }
      const shared = this.#column(name).subarray(0, rows);
      shared.set(column);
      staged[name] = shared;
    }
    return staged as unknown as Columns;
  }

  #column(name: (typeof NAMES)[number]): NonNullable<Columns[keyof Columns]> {
    if (name !== 'program') return this.#columns[name];
    this.#program ??= createSharedProgramColumn(STAGING_ROWS);
    return this.#program;
  }

  /** Shared memory for the verdicts of `out`: `out` itself where it is shared. */
  verdicts(out: Uint8Array): Uint8Array {
    return isShared(out) ? out : this.#verdicts.subarray(0, out.length);
  }
}

/** Reusable staging buffers. A buffer that is not released, because a worker may still write to it, is not reused. */
export class StagingBuffers {
  readonly #idle: StagingBuffer[] = [];

  acquire(): StagingBuffer {
    return this.#idle.pop() ?? new StagingBuffer();
  }

  release(stagingBuffer: StagingBuffer): void {
    if (this.#idle.length < KEPT) this.#idle.push(stagingBuffer);
  }

  /** Drops all idle buffers. */
  clear(): void {
    this.#idle.length = 0;
  }
}

/** Whether a batch needs no staging buffer. */
export function isAllShared(columns: Columns, out: Uint8Array): boolean {
  return isShared(out) && NAMES.every((name) => columns[name] === undefined || isShared(columns[name]));
}
