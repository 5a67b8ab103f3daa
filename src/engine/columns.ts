import { LAST_TYPE } from '../abi/memory_layout.js';
import { Fault } from '../abi/verdict.js';
import { InvalidRequestError } from '../errors.js';
import { invalidArgument, requireObject, requireWhole } from '../kernel/arguments.js';
import { validateRequest } from '../kernel/check_request.js';
import { MAX_IDS, NO_TOKEN, type Request } from '../kernel/world.js';

/** Requests as one typed array per column, all of the same length. */
export interface Columns {
  /** Indices of the world's tasks. */
  readonly task: Uint16Array;
  /** Indices of the world's tokens, or NO_TOKEN. */
  readonly token: Uint16Array;
  readonly cmd: Uint8Array;
  /** Map type or program type, by command. */
  readonly type: Uint8Array;
  readonly attachType: Uint8Array;
  /** Number of instructions; 1 for every request without the column. */
  readonly insnCnt?: Uint32Array;
  /** Fault codes; no request has a fault without the column. */
  readonly pre?: Uint8Array;
}

/** Columns with every field of a request. */
export type FullColumns = Required<Columns>;

/**
 * Columns whose requests all are: task 0, no token, command 0, one instruction. Throws an InvalidArgumentError for an
 * impossible number of rows.
 */
export function createColumns(rows: number): FullColumns {
  checkRows(rows);
  return {
    task: new Uint16Array(rows),
    token: new Uint16Array(rows).fill(NO_TOKEN),
    cmd: new Uint8Array(rows),
    type: new Uint8Array(rows),
    attachType: new Uint8Array(rows),
    insnCnt: new Uint32Array(rows).fill(1),
    pre: new Uint8Array(rows),
  };
}

/** The largest number of rows: no memory holds more. */
const MAX_ROWS = 0xffff_ffff;

/** Throws an InvalidArgumentError for an impossible number of rows. */
export function checkRows(rows: number): void {
  requireWhole('rows', rows, 0, MAX_ROWS);
}

/**
 * Writes a request to a row. A number that a column cannot hold becomes one that no kernel knows, which has the same verdict.
 * Throws an InvalidRequestError for a field that is not a number or a token above NO_TOKEN, and an InvalidArgumentError for a
 * row that the columns do not have.
 */
export function setRow(columns: FullColumns, row: number, request: Request): void {
  requireRow(columns, row);
  validateRequest(request);
  if (request.token > NO_TOKEN) {
    throw new InvalidRequestError(
      'token',
      `token must be an id up to ${NO_TOKEN - 1}, or ${NO_TOKEN} for none, got ${request.token}`,
    );
  }
  // No task has this id.
  columns.task[row] = Math.min(request.task, MAX_IDS);
  columns.token[row] = request.token;
  columns.cmd[row] = saturate(request.cmd);
  columns.type[row] = saturate(request.type);
  columns.attachType[row] = saturate(request.attachType);
  columns.insnCnt[row] = request.insnCnt;
  columns.pre[row] = request.pre;
}

/** The request in a row. Throws an InvalidArgumentError for a row that the columns do not have. */
export function rowOf(columns: Columns, row: number): Request {
  requireRow(columns, row);
  return {
    task: columns.task[row] as number,
    token: columns.token[row] as number,
    cmd: columns.cmd[row] as number,
    type: columns.type[row] as number,
    attachType: columns.attachType[row] as number,
    insnCnt: columns.insnCnt?.[row] ?? 1,
    pre: (columns.pre?.[row] ?? Fault.NONE) as Fault,
  };
}

function requireRow(columns: Columns, row: number): void {
  requireObject('columns', columns);
  requireObject('columns.task', columns.task, 'a typed array');
  if (columns.task.length === 0) throw invalidArgument('row', row, 'no row (the columns have none)');
  requireWhole('row', row, 0, columns.task.length - 1);
}

/** A type or command number as a column holds it: numbers past the tables become the last row, which no kernel knows. */
export function saturate(number: number): number {
  return Math.min(number, LAST_TYPE);
}
