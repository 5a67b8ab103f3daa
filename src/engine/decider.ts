import type { Request } from '../kernel/world.js';
import { checkColumns } from './check_columns.js';
import type { Columns } from './columns.js';
import * as L from './layout.js';
import { type DecideExports, instantiate } from './wasm.js';

/** Where each column lies in a place. */
const COLUMNS = [
  ['task', L.PLACE_TASK],
  ['token', L.PLACE_TOKEN],
  ['cmd', L.PLACE_CMD],
  ['type', L.PLACE_TYPE],
  ['attachType', L.PLACE_ATTACH_TYPE],
  ['insnCnt', L.PLACE_INSN_CNT],
  ['pre', L.PLACE_PRE],
] as const;

/** Decides in a memory whose tables are written, from a place that is this one's alone. */
export class Decider {
  readonly #bytes: Uint8Array;
  readonly #exports: DecideExports;
  /** Address of the place. */
  readonly #place: number;
  /** The module's export itself: a call between would cost a tenth more. */
  readonly checkIds: DecideExports['decideIds'];

  constructor(memory: WebAssembly.Memory, place: number) {
    this.#bytes = new Uint8Array(memory.buffer);
    this.#exports = instantiate(memory);
    this.#place = place;
    this.checkIds = this.#exports.decideIds;
  }

  checkRequest({ task, token, cmd, type, attachType, insnCnt, pre }: Request): number {
    return this.#exports.decide(task, token, cmd, type, attachType, insnCnt, pre);
  }

  checkBatch(columns: Columns, out: Uint8Array): void {
    checkColumns(columns, out);
    const rows = out.length;
    const sources: Source[] = [];
    for (const [name, at] of COLUMNS) {
      const column = columns[name];
      if (!column) continue;
      const bytes = new Uint8Array(column.buffer, column.byteOffset, column.byteLength);
      sources.push({ bytes, size: column.BYTES_PER_ELEMENT, at: this.#place + at });
    }
    const has = (columns.insnCnt ? L.HAS_INSN_CNT : 0) | (columns.pre ? L.HAS_PRE : 0);
    const outAt = this.#place + L.PLACE_OUT;
    for (let start = 0; start < rows; start += L.PLACE_ROWS) {
      const stop = Math.min(start + L.PLACE_ROWS, rows);
      for (const { bytes, size, at } of sources) this.#bytes.set(bytes.subarray(start * size, stop * size), at);
      this.#exports.decideBatch(this.#place, stop - start, has);
      out.set(this.#bytes.subarray(outAt, outAt + stop - start), start);
    }
  }
}

/** A column of a batch, and where it goes. */
interface Source {
  readonly bytes: Uint8Array;
  /** Bytes of a row. */
  readonly size: number;
  readonly at: number;
}
