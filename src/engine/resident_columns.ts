import { PAST_ROWS } from '../abi/memory_layout.js';
import { InvalidArgumentError } from '../errors.js';
import { NO_TOKEN } from '../kernel/world.js';
import { overlapError } from './check_columns.js';
import { type Columns, checkRows, type FullColumns } from './columns.js';
import { allocate, bytesLeft } from './evaluator_memory.js';

/** Where in which memory a column lies. */
interface ColumnLocation {
  readonly memory: WebAssembly.Memory;
  /** Of its first row. */
  readonly address: number;
}

/** Of every column made in an evaluator's memory. Subarrays are not tracked; they are copied like any other array. */
const locations = new WeakMap<ArrayBufferView, ColumnLocation>();

/** Columns of the type of `out`, so that `out` can be one of them. Distinct resident columns never overlap. */
const BYTE_COLUMNS = ['cmd', 'type', 'attachType', 'pre'] as const;

/** The addresses of a batch's first row, by column; 0 for a missing column. */
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

/** As createColumns(), in an evaluator's memory. Throws an InvalidArgumentError where the memory cannot grow enough. */
export function createResidentColumns(memory: WebAssembly.Memory, rows: number): FullColumns {
  const [task, token, cmd, type, attachType, insnCnt, pre] = allocateRows(memory, rows, [2, 2, 1, 1, 1, 4, 1]);
  const make = <Column extends Uint8Array | Uint16Array | Uint32Array>(
    type: new (buffer: ArrayBufferLike, address: number, rows: number) => Column,
    address: number | undefined,
  ): Column => placed(memory, new type(memory.buffer, address as number, rows));
  return {
    task: make(Uint16Array, task),
    token: make(Uint16Array, token).fill(NO_TOKEN),
    cmd: make(Uint8Array, cmd),
    type: make(Uint8Array, type),
    attachType: make(Uint8Array, attachType),
    insnCnt: make(Uint32Array, insnCnt).fill(1),
    pre: make(Uint8Array, pre),
  };
}

/** Memory for verdicts. Throws as createResidentColumns() does. */
export function createResidentVerdicts(memory: WebAssembly.Memory, rows: number): Uint8Array {
  const [address] = allocateRows(memory, rows, [1]);
  return placed(memory, new Uint8Array(memory.buffer, address, rows));
}

function placed<Column extends ArrayBufferView>(memory: WebAssembly.Memory, column: Column): Column {
  locations.set(column, { memory, address: column.byteOffset });
  return column;
}

/** Separate pages for columns of these element sizes in bytes: a batch reads and writes a few bytes past its last row. */
function allocateRows(memory: WebAssembly.Memory, rows: number, sizes: readonly number[]): readonly number[] {
  checkRows(rows);
  try {
    return allocate(
      memory,
      sizes.map((size) => size * rows + PAST_ROWS),
    );
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const left = bytesLeft(memory).toLocaleString('en');
    const wanted = sizes.reduce((sum, size) => sum + size * rows, 0).toLocaleString('en');
    throw new InvalidArgumentError(
      'rows',
      `${rows} rows need ${wanted} bytes; the evaluator's memory can grow by ${left}`,
    );
  }
}

/**
 * The addresses of a batch in an evaluator's memory; undefined where any column is elsewhere. Throws a ColumnMemoryError
 * where `out` is one of the columns.
 */
export function addressesOf(memory: WebAssembly.Memory, columns: Columns, out: Uint8Array): Addresses | undefined {
  const addressOf = (view: ArrayBufferView | undefined): number => {
    if (!view) return 0;
    const location = locations.get(view);
    return location?.memory === memory ? location.address : Number.NaN;
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
  if (Object.values(addresses).some(Number.isNaN)) return undefined;
  const { out: outAt } = addresses;
  if (
    outAt === addresses.cmd ||
    outAt === addresses.type ||
    outAt === addresses.attachType ||
    outAt === addresses.pre
  ) {
    throw overlapError(BYTE_COLUMNS.find((name) => addresses[name] === outAt) as string);
  }
  return addresses;
}
