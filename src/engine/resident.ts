import { type Columns, type FullColumns, makeColumns } from './columns.js';
import { PAST_ROWS } from './layout.js';

const PAGE = 65_536;

/** Where in which memory a column lies. */
interface Home {
  readonly memory: WebAssembly.Memory;
  /** Of its first row. */
  readonly address: number;
}

/** Of every column that was made in an evaluator's memory. A view of a part of one is none: it is copied as any other. */
const homes = new WeakMap<ArrayBufferView, Home>();

/** The addresses of a batch's first row, by column; 0 for a column that it does not have. */
export interface Addresses {
  readonly task: number;
  readonly token: number;
  readonly cmd: number;
  readonly type: number;
  readonly attachType: number;
  readonly insnCnt: number;
  readonly pre: number;
  readonly out: number;
}

/** As makeColumns(), in a memory. Throws a RangeError where the memory can grow no more. */
export function makeResidentColumns(memory: WebAssembly.Memory, rows: number): FullColumns {
  const blank = makeColumns(rows);
  const place = <Column extends Uint8Array | Uint16Array | Uint32Array>(
    type: new (buffer: ArrayBufferLike, address: number, rows: number) => Column,
    from: Column,
  ): Column => {
    const address = allocate(memory, from.byteLength);
    const column = new type(memory.buffer, address, rows);
    column.set(from);
    homes.set(column, { memory, address });
    return column;
  };
  return {
    task: place(Uint16Array, blank.task),
    token: place(Uint16Array, blank.token),
    cmd: place(Uint8Array, blank.cmd),
    type: place(Uint8Array, blank.type),
    attachType: place(Uint8Array, blank.attachType),
    insnCnt: place(Uint32Array, blank.insnCnt),
    pre: place(Uint8Array, blank.pre),
  };
}

/** Room for verdicts in a memory. Throws as makeResidentColumns() does. */
export function makeResidentVerdicts(memory: WebAssembly.Memory, rows: number): Uint8Array {
  const address = allocate(memory, rows);
  const verdicts = new Uint8Array(memory.buffer, address, rows);
  homes.set(verdicts, { memory, address });
  return verdicts;
}

/** Where a batch lies in a memory; undefined where any of it lies elsewhere. */
export function addressesOf(memory: WebAssembly.Memory, columns: Columns, out: Uint8Array): Addresses | undefined {
  const addressOf = (view: ArrayBufferView | undefined): number => {
    if (!view) return 0;
    const home = homes.get(view);
    return home?.memory === memory ? home.address : Number.NaN;
  };
  const { task, token, cmd, type, attachType, insnCnt, pre } = columns;
  const addresses = {
    task: addressOf(task),
    token: addressOf(token),
    cmd: addressOf(cmd),
    type: addressOf(type),
    attachType: addressOf(attachType),
    insnCnt: addressOf(insnCnt),
    pre: addressOf(pre),
    out: addressOf(out),
  };
  return Object.values(addresses).some(Number.isNaN) ? undefined : addresses;
}

/** Pages of its own at the end of the memory: a batch reads and writes a little past its last row. */
function allocate(memory: WebAssembly.Memory, bytes: number): number {
  return memory.grow(Math.ceil((bytes + PAST_ROWS) / PAGE)) * PAGE;
}
