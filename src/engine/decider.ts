import type { Request } from '../kernel/world.js';
import { checkColumns } from './check_columns.js';
import type { Columns } from './columns.js';
import * as L from './layout.js';
import { type Addresses, addressesOf } from './resident.js';
import { SURFACE_WORDS, type Surface, SurfaceShelf, SurfaceVerdicts } from './surface.js';
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
  readonly #memory: WebAssembly.Memory;
  readonly #bytes: Uint8Array;
  readonly #exports: DecideExports;
  /** Address of the place. */
  readonly #place: number;
  /** Where the module leaves a surface. */
  readonly #surface: BigUint64Array;
  readonly #shelf = new SurfaceShelf();
  /** The module's export itself: a call between would cost a tenth more. */
  readonly checkIds: DecideExports['decideIds'];

  constructor(memory: WebAssembly.Memory, place: number) {
    this.#memory = memory;
    this.#bytes = new Uint8Array(memory.buffer);
    this.#exports = instantiate(memory);
    this.#place = place;
    this.#surface = new BigUint64Array(memory.buffer, place + L.PLACE_SCRATCH, SURFACE_WORDS);
    this.checkIds = this.#exports.decideIds;
  }

  checkRequest({ task, token, cmd, type, attachType, insnCnt, pre }: Request): number {
    return this.#exports.decide(task, token, cmd, type, attachType, insnCnt, pre);
  }

  surface(task: number, token: number): Surface {
    this.#exports.decideSurface(this.#place, task, token);
    return this.#shelf.put(this.#surface);
  }

  surfaceVerdicts(task: number, token: number): SurfaceVerdicts {
    this.#exports.decideAll(this.#place, task, token);
    const table = this.#place + L.PLACE_SCRATCH + L.TABLE;
    return new SurfaceVerdicts(this.#bytes.slice(table, table + L.TABLE_SIZE));
  }

  checkBatch(columns: Columns, out: Uint8Array): void {
    checkColumns(columns, out);
    const rows = out.length;
    const addresses = addressesOf(this.#memory, columns, out);
    if (addresses) this.checkResident(addresses, 0, rows);
    else this.#checkCopied(columns, out);
  }

  /** Rows that lie in the memory, from `start` to before `stop`: another thread may decide those from a multiple of 16 on. */
  checkResident(at: Addresses, start: number, stop: number): void {
    this.#exports.decideBatch(
      this.#place,
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

  /** Through the place's room for rows. */
  #checkCopied(columns: Columns, out: Uint8Array): void {
    const rows = out.length;
    const sources: Source[] = [];
    for (const [name, at] of COLUMNS) {
      const column = columns[name];
      if (!column) continue;
      const bytes = new Uint8Array(column.buffer, column.byteOffset, column.byteLength);
      sources.push({ bytes, size: column.BYTES_PER_ELEMENT, to: this.#place + at });
    }
    const place = this.#place;
    const outAt = place + L.PLACE_OUT;
    const at: Addresses = {
      task: place + L.PLACE_TASK,
      token: place + L.PLACE_TOKEN,
      cmd: place + L.PLACE_CMD,
      type: place + L.PLACE_TYPE,
      attachType: place + L.PLACE_ATTACH_TYPE,
      insnCnt: columns.insnCnt ? place + L.PLACE_INSN_CNT : 0,
      pre: columns.pre ? place + L.PLACE_PRE : 0,
      out: outAt,
    };
    for (let start = 0; start < rows; start += L.PLACE_ROWS) {
      const stop = Math.min(start + L.PLACE_ROWS, rows);
      for (const { bytes, size, to } of sources) this.#bytes.set(bytes.subarray(start * size, stop * size), to);
      this.checkResident(at, 0, stop - start);
      out.set(this.#bytes.subarray(outAt, outAt + stop - start), start);
    }
  }
}

/** A column of a batch, and where it goes. */
interface Source {
  readonly bytes: Uint8Array;
  /** Bytes of a row. */
  readonly size: number;
  readonly to: number;
}
