import * as L from '../abi/memory_layout.js';
import { Fault } from '../abi/verdict.js';
import { checkNumbers, validateRequest } from '../kernel/check_request.js';
import { isObject, isU32 } from '../kernel/ranges.js';
import type { Request } from '../kernel/world.js';
import { checkColumnMemory, checkColumns, checkWithheld } from './check_columns.js';
import type { Columns } from './columns.js';
import { noteMemory } from './evaluator_memory.js';
import { PERMISSION_WORDS, type PermissionSet, PermissionSetAllocator, PermissionTable } from './permission_set.js';
import { type Addresses, addressesOf } from './resident_columns.js';
import { type DecideExports, instantiate } from './wasm.js';
import { WorkspaceColumns } from './workspace_columns.js';

/** Decides in a memory whose tables are written, with a workspace that no other decider uses. */
export class Decider {
  readonly #memory: WebAssembly.Memory;
  readonly #bytes: Uint8Array;
  readonly #exports: DecideExports;
  /** Address of the workspace. */
  readonly #workspace: number;
  readonly #columns: WorkspaceColumns;
  /** The module writes a permission set here. */
  readonly #permissionSet: BigUint64Array;
  readonly #permissionSets = new PermissionSetAllocator();
  /** Throws an InvalidRequestError for a field that is not a 32-bit number. A property: a method would add a call. */
  readonly decideIds: DecideExports['decideIds'];

  constructor(memory: WebAssembly.Memory, workspace: number) {
    noteMemory(memory);
    this.#memory = memory;
    this.#bytes = new Uint8Array(memory.buffer);
    this.#exports = instantiate(memory);
    this.#workspace = workspace;
    this.#columns = new WorkspaceColumns(memory.buffer, workspace);
    this.#permissionSet = new BigUint64Array(memory.buffer, workspace + L.WORKSPACE_SCRATCH, PERMISSION_WORDS);
    const { decideIds } = this.#exports;
    this.decideIds = (task, token, cmd, type, attachType) => {
      if (!(isU32(task) && isU32(token) && isU32(cmd) && isU32(type) && isU32(attachType))) {
        checkNumbers({ task, token, cmd, type, attachType });
      }
      return decideIds(task, token, cmd, type, attachType);
    };
  }

  /** Throws an InvalidRequestError as kernel/check_request.ts does. */
  decideRequest(request: Request): number {
    if (!isObject(request)) validateRequest(request);
    const { task, token, cmd, type, attachType, insnCnt, pre } = request;
    // The other fields that kernel/check_request.ts checks are not read here.
    const isRight =
      isU32(task) && isU32(token) && isU32(cmd) && isU32(type) && isU32(attachType) && isU32(insnCnt) && isU32(pre);
    if (!isRight || pre > Fault.BAD_ROW) validateRequest(request);
    return this.#exports.decide(task, token, cmd, type, attachType, insnCnt, pre);
  }

  /** What a program cannot have that a task loads with a verdict, as CAPS_* and NEEDS_*. */
  missingForProgram(task: number, token: number, verdict: number): number {
    return this.#exports.missingForProgram(task, token, verdict);
  }

  /** Throws an InvalidRequestError for a field that is not a 32-bit number. */
  permissionSet(task: number, token: number): PermissionSet {
    checkNumbers({ task, token });
    this.#exports.decidePermissionSet(this.#workspace, task, token);
    return this.#permissionSets.put(this.#permissionSet);
  }

  permissionTable(task: number, token: number): PermissionTable {
    this.#exports.decidePermissionTable(this.#workspace, task, token);
    const table = this.#workspace + L.WORKSPACE_SCRATCH + L.TABLE;
    return new PermissionTable(this.#bytes.slice(table, table + L.TABLE_SIZE));
  }

  /** Writes to `withheld`, where it is given, what is missing of each row's program: CAPS_* and NEEDS_*, 0 for nothing. */
  decideBatch(columns: Columns, out: Uint8Array, withheld?: Uint8Array): void {
    const rows = checkColumns(columns, out);
    if (withheld) checkWithheld(withheld, rows);
    const addresses = addressesOf(this.#memory, columns, out);
    if (addresses) {
      this.decideResident(addresses, 0, rows);
      if (columns.program) this.#withholdResident(addresses, columns.program, rows, withheld);
    } else {
      checkColumnMemory(columns, out);
      this.#decideCopied(columns, out, rows, withheld);
    }
    if (!columns.program) withheld?.fill(0);
  }

  /** Resident rows from `start` to before `stop`; other threads may decide the rows beside them if both are multiples of 16. */
  decideResident(at: Addresses, start: number, stop: number): void {
    this.#exports.decideBatch(
      this.#workspace,
      stop - start,
      at.task + 2 * start,
      at.token + 2 * start,
      at.cmd + start,
      at.type + start,
      at.attachType + start,
      at.insnCnt && at.insnCnt + 4 * start,
      at.pre && at.pre + start,
      at.out + start,
    );
  }

  /** Rows outside of the memory: they are copied through the workspace. */
  #decideCopied(columns: Columns, out: Uint8Array, rows: number, withheld: Uint8Array | undefined): void {
    const workspace = this.#workspace;
    const at: Addresses = {
      task: workspace + L.WORKSPACE_TASK,
      token: workspace + L.WORKSPACE_TOKEN,
      cmd: workspace + L.WORKSPACE_CMD,
      type: workspace + L.WORKSPACE_TYPE,
      attachType: workspace + L.WORKSPACE_ATTACH_TYPE,
      insnCnt: columns.insnCnt ? workspace + L.WORKSPACE_INSN_CNT : 0,
      pre: columns.pre ? workspace + L.WORKSPACE_PRE : 0,
      out: workspace + L.WORKSPACE_OUT,
    };
    for (let start = 0; start < rows; start += L.WORKSPACE_ROWS) {
      const stop = Math.min(start + L.WORKSPACE_ROWS, rows);
      this.#columns.fill(columns, start, stop);
      this.decideResident(at, 0, stop - start);
      if (columns.program) this.#withhold(at, 0, columns.program, start, stop, withheld);
      out.set(this.#columns.verdicts(stop - start), start);
    }
  }

  /** Programs are copied through the workspace, wherever they are. */
  #withholdResident(at: Addresses, program: Uint16Array, rows: number, withheld: Uint8Array | undefined): void {
    for (let start = 0; start < rows; start += L.WORKSPACE_ROWS) {
      this.#withhold(at, start, program, start, Math.min(start + L.WORKSPACE_ROWS, rows), withheld);
    }
  }

  /** `first` is the row at the addresses that has the program `start`. */
  #withhold(
    at: Addresses,
    first: number,
    program: Uint16Array,
    start: number,
    stop: number,
    withheld: Uint8Array | undefined,
  ): void {
    this.#columns.fillPrograms(program, start, stop);
    this.#exports.withholdPrograms(
      stop - start,
      at.task + 2 * first,
      at.token + 2 * first,
      at.cmd + first,
      at.type + first,
      at.attachType + first,
      this.#workspace + L.WORKSPACE_PROGRAM,
      at.out + first,
      this.#workspace + L.WORKSPACE_WITHHELD,
    );
    withheld?.set(this.#columns.withheld(stop - start), start);
  }
}
