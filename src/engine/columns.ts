import { CMD_PROG_LOAD, LAST_TYPE, NO_PROGRAM } from '../abi/memory_layout.js';
import { Fault } from '../abi/verdict.js';
import { InvalidRequestError } from '../errors.js';
import { invalidArgument, requireObject, requireWhole } from '../kernel/arguments.js';
import { validateRequest } from '../kernel/check_request.js';
import type { ProgramSpec } from '../kernel/verifier/program_needs.js';
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
  /**
   * Indices of the world's programs, or NO_PROGRAM: what a PROG_LOAD needs of the verifier. A row of other types than its program's is a
   * bad row. No request says anything of its program without the column.
   */
  readonly program?: Uint16Array;
}

/** Columns with every field of a request, but for programs. */
export type FullColumns = Required<Omit<Columns, 'program'>>;

/** A column of programs for as many rows, all of them NO_PROGRAM. Throws as createColumns() does. */
export function createProgramColumn(rows: number): Uint16Array {
  checkRows(rows);
  return new Uint16Array(rows).fill(NO_PROGRAM);
}

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

/**
 * The request in a row; `programs` are those of the world, for columns that name any. A program that is not among them, or is of
 * other types, makes a bad row of a PROG_LOAD. Throws an InvalidArgumentError for a row that the columns do not have.
 */
export function rowOf(columns: Columns, row: number, programs: readonly ProgramSpec[] = []): Request {
  requireRow(columns, row);
  const id = columns.program?.[row] ?? NO_PROGRAM;
  const request = fieldsOf(columns, row);
  if (id === NO_PROGRAM || request.cmd !== CMD_PROG_LOAD) return request;
  const program = programs[id];
  const fits =
    program !== undefined &&
    saturate(program.progType) === request.type &&
    saturate(program.attachType) === request.attachType;
  return fits ? { ...request, program } : { ...request, pre: Fault.BAD_ROW };
}

function fieldsOf(columns: Columns, row: number): Request {
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
