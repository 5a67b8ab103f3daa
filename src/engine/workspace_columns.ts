import * as L from '../abi/memory_layout.js';
import type { Columns } from './columns.js';

/** The columns and verdicts of a workspace: WORKSPACE_ROWS rows, for batches outside of the evaluator's memory. */
export class WorkspaceColumns {
  readonly #task: Uint16Array;
  readonly #token: Uint16Array;
  readonly #cmd: Uint8Array;
  readonly #type: Uint8Array;
  readonly #attachType: Uint8Array;
  readonly #insnCnt: Uint32Array;
  readonly #pre: Uint8Array;
  readonly #out: Uint8Array;
  readonly #program: Uint16Array;
  readonly #withheld: Uint8Array;

  /** `workspace` is an address in `memory`. */
  constructor(memory: ArrayBufferLike, workspace: number) {
    this.#task = new Uint16Array(memory, workspace + L.WORKSPACE_TASK, L.WORKSPACE_ROWS);
    this.#token = new Uint16Array(memory, workspace + L.WORKSPACE_TOKEN, L.WORKSPACE_ROWS);
    this.#cmd = new Uint8Array(memory, workspace + L.WORKSPACE_CMD, L.WORKSPACE_ROWS);
    this.#type = new Uint8Array(memory, workspace + L.WORKSPACE_TYPE, L.WORKSPACE_ROWS);
    this.#attachType = new Uint8Array(memory, workspace + L.WORKSPACE_ATTACH_TYPE, L.WORKSPACE_ROWS);
    this.#insnCnt = new Uint32Array(memory, workspace + L.WORKSPACE_INSN_CNT, L.WORKSPACE_ROWS);
    this.#pre = new Uint8Array(memory, workspace + L.WORKSPACE_PRE, L.WORKSPACE_ROWS);
    this.#out = new Uint8Array(memory, workspace + L.WORKSPACE_OUT, L.WORKSPACE_ROWS);
    this.#program = new Uint16Array(memory, workspace + L.WORKSPACE_PROGRAM, L.WORKSPACE_ROWS);
    this.#withheld = new Uint8Array(memory, workspace + L.WORKSPACE_WITHHELD, L.WORKSPACE_ROWS);
  }

  /** Copies the rows from `start` to before `stop`, at most WORKSPACE_ROWS; columns that are missing stay as they were. */
  fill(columns: Columns, start: number, stop: number): void {
    // Creating a subarray takes longer than copying a few rows.
    const isAll = start === 0 && stop === columns.task.length;
    const part = <Column extends Uint8Array | Uint16Array | Uint32Array>(column: Column): Column =>
      isAll ? column : (column.subarray(start, stop) as Column);
    this.#task.set(part(columns.task));
    this.#token.set(part(columns.token));
    this.#cmd.set(part(columns.cmd));
    this.#type.set(part(columns.type));
    this.#attachType.set(part(columns.attachType));
    if (columns.insnCnt) this.#insnCnt.set(part(columns.insnCnt));
    if (columns.pre) this.#pre.set(part(columns.pre));
  }

  /** Copies programs of rows from `start` to before `stop`, at most WORKSPACE_ROWS. */
  fillPrograms(program: Uint16Array, start: number, stop: number): void {
    this.#program.set(program.subarray(start, stop));
  }

  /** A view of what the verifier withholds in the first rows. */
  withheld(rows: number): Uint8Array {
    return this.#withheld.subarray(0, rows);
  }

  /** A view of the verdicts of the first rows. */
  verdicts(rows: number): Uint8Array {
    return this.#out.subarray(0, rows);
  }
}
