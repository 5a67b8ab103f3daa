import { closeSync, openSync, writeSync } from 'node:fs';
import type { Columns } from '../../../src/engine/columns.js';
import { MASK_NAMES } from '../../../src/kernel/masks.js';
import type { World } from '../../../src/kernel/world.js';

const FILE_MAGIC = 0x4b54_4642;
const HEADER_BYTES = 28;
const USERNS_BYTES = 8;
const TASK_BYTES = 16;
const TOKEN_BYTES = 40;
const ROW_BYTES = 8;
/** Rows packed at a time. */
const CHUNK_ROWS = 65_536;

/** Writes a world and its rows as decide.c reads them; its first comment describes the format. */
export function writeWorldFile(path: string, world: World, columns: Columns): void {
  const file = openSync(path, 'w');
  try {
    writeSync(file, packWorld(world, columns));
    for (let start = 0; start < columns.task.length; start += CHUNK_ROWS) {
      writeSync(file, packRows(columns, start, Math.min(start + CHUNK_ROWS, columns.task.length)));
    }
    if (columns.insnCnt) writeSync(file, columns.insnCnt);
  } finally {
    closeSync(file);
  }
}

function packWorld({ unprivilegedBpfDisabled, userns, tasks, tokens }: World, columns: Columns): Uint8Array {
  const bytes = new Uint8Array(
    HEADER_BYTES + userns.length * USERNS_BYTES + tasks.length * TASK_BYTES + tokens.length * TOKEN_BYTES,
  );
  const view = new DataView(bytes.buffer);
  let at = 0;
  const u32 = (value: number): void => {
    view.setUint32(at, value, true);
    at += 4;
  };
  const u64 = (value: bigint): void => {
    view.setBigUint64(at, value, true);
    at += 8;
  };
  const rows = columns.task.length;
  const hasInsnCnt = columns.insnCnt ? 1 : 0;
  const counts = [userns.length, tasks.length, tokens.length, rows, hasInsnCnt];
  for (const value of [FILE_MAGIC, unprivilegedBpfDisabled, ...counts]) u32(value);
  for (const { parent, owner } of userns) {
    u32(parent);
    u32(owner);
  }
  for (const { userns: ns, euid, effective } of tasks) {
    u32(ns);
    u32(euid);
    u64(effective);
  }
  for (const { userns: ns, allowed } of tokens) {
    u32(ns);
    u32(0);
    for (const mask of MASK_NAMES) u64(allowed[mask]);
  }
  return bytes;
}

function packRows(columns: Columns, start: number, stop: number): Uint8Array {
  const bytes = new Uint8Array((stop - start) * ROW_BYTES);
  const view = new DataView(bytes.buffer);
  for (let row = start, at = 0; row < stop; row++, at += ROW_BYTES) {
    view.setUint16(at, columns.task[row] as number, true);
    view.setUint16(at + 2, columns.token[row] as number, true);
    view.setUint8(at + 4, columns.cmd[row] as number);
    view.setUint8(at + 5, columns.type[row] as number);
    view.setUint8(at + 6, columns.attachType[row] as number);
  }
  return bytes;
}
