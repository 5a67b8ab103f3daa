import { NO_PROGRAM } from '../abi/memory_layout.js';
import { type Columns, checkRows, type FullColumns } from '../engine/columns.js';
import { NO_TOKEN } from '../kernel/world.js';

/** Bytes of a row in all columns. */
const ROW_BYTES = 12;

/**
 * As createColumns(), in memory that all threads share. A pool's workers read such columns directly; other columns are copied
 * first, which costs about as much as deciding a tenth of the rows.
 */
export function createSharedColumns(rows: number): FullColumns {
  checkRows(rows);
  const columns = layOut(new SharedArrayBuffer(rows * ROW_BYTES), rows);
  columns.token.fill(NO_TOKEN);
  columns.insnCnt.fill(1);
  return columns;
}

/** A column of programs for as many rows, all of them NO_PROGRAM, in memory that all threads share. */
export function createSharedProgramColumn(rows: number): Uint16Array {
  checkRows(rows);
  return new Uint16Array(new SharedArrayBuffer(2 * rows)).fill(NO_PROGRAM);
}

/** Verdicts of a batch in memory that all threads share: a pool's workers write to it directly. */
export function createSharedVerdicts(rows: number): Uint8Array {
  checkRows(rows);
  return new Uint8Array(new SharedArrayBuffer(rows));
}

/** Whether other threads can read it. */
export function isShared({ buffer }: ArrayBufferView): boolean {
  return buffer instanceof SharedArrayBuffer;
}

/** All columns of some rows in one buffer, widest first so that each is aligned. */
function layOut(buffer: SharedArrayBuffer, rows: number): FullColumns {
  return {
    insnCnt: new Uint32Array(buffer, 0, rows),
    task: new Uint16Array(buffer, 4 * rows, rows),
    token: new Uint16Array(buffer, 6 * rows, rows),
    cmd: new Uint8Array(buffer, 8 * rows, rows),
    type: new Uint8Array(buffer, 9 * rows, rows),
    attachType: new Uint8Array(buffer, 10 * rows, rows),
    pre: new Uint8Array(buffer, 11 * rows, rows),
  };
}

/** Some of the rows of columns, in the same memory. */
export function sliceColumns(columns: Columns, start: number, stop: number): Columns {
  const { insnCnt, pre, program } = columns;
  return {
    task: columns.task.subarray(start, stop),
    token: columns.token.subarray(start, stop),
    cmd: columns.cmd.subarray(start, stop),
    type: columns.type.subarray(start, stop),
    attachType: columns.attachType.subarray(start, stop),
    ...(insnCnt === undefined ? {} : { insnCnt: insnCnt.subarray(start, stop) }),
    ...(pre === undefined ? {} : { pre: pre.subarray(start, stop) }),
    ...(program === undefined ? {} : { program: program.subarray(start, stop) }),
  };
}
