import * as L from '../abi/memory_layout.js';
import type { Columns } from './columns.js';

/** A place's room for WORKSPACE_ROWS rows that lie elsewhere: copies of columns on their way in, verdicts on their way out. */
export class RowRoom {
  readonly #task: Uint16Array;
  readonly #token: Uint16Array;
  readonly #cmd: Uint8Array;
  readonly #type: Uint8Array;
  readonly #attachType: Uint8Array;
  readonly #insnCnt: Uint32Array;
  readonly #pre: Uint8Array;
  readonly #out: Uint8Array;

  /** Of the place at that address of a memory. */
  constructor(memory: ArrayBufferLike, workspace: number) {
    this.#task = new Uint16Array(memory, workspace + L.WORKSPACE_TASK, L.WORKSPACE_ROWS);
    this.#token = new Uint16Array(memory, workspace + L.WORKSPACE_TOKEN, L.WORKSPACE_ROWS);
    this.#cmd = new Uint8Array(memory, workspace + L.WORKSPACE_CMD, L.WORKSPACE_ROWS);
    this.#type = new Uint8Array(memory, workspace + L.WORKSPACE_TYPE, L.WORKSPACE_ROWS);
    this.#attachType = new Uint8Array(memory, workspace + L.WORKSPACE_ATTACH_TYPE, L.WORKSPACE_ROWS);
    this.#insnCnt = new Uint32Array(memory, workspace + L.WORKSPACE_INSN_CNT, L.WORKSPACE_ROWS);
    this.#pre = new Uint8Array(memory, workspace + L.WORKSPACE_PRE, L.WORKSPACE_ROWS);
    this.#out = new Uint8Array(memory, workspace + L.WORKSPACE_OUT, L.WORKSPACE_ROWS);
  }

  /** Copies rows from `start` to before `stop`, WORKSPACE_ROWS at most; columns that are not there stay as they were. */
  fill(columns: Columns, start: number, stop: number): void {
    // A view of a part takes longer to make than a few rows to copy.
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

  /** The verdicts of the first rows, as they are now. */
  verdicts(rows: number): Uint8Array {
    return this.#out.subarray(0, rows);
  }
}
