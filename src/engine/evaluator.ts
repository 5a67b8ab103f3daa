import type { LsmHooks } from '../kernel/lsm.js';
import type { Request, World } from '../kernel/world.js';
import type { Columns } from './columns.js';
import { planWorld, writeWorld } from './compile.js';
import { SCRATCH_SIZE } from './layout.js';
import { type DecideExports, instantiate } from './wasm.js';

const PAGE = 65_536;
/** Rows copied into the memory at a time: large enough to forget the call, small enough to stay in cache. */
const CHUNK = 16_384;
const COLUMN_NAMES = ['task', 'token', 'cmd', 'type', 'attachType', 'insnCnt', 'pre'] as const;

/** How to compile a world. */
export interface EvaluatorOptions {
  /** LSM hooks that are functions are for the model alone: giving any is an error. */
  readonly lsm?: LsmHooks;
}

/** A world compiled for the hot path. Answers verdict bytes, which decodeVerdict() takes apart. */
export interface Evaluator {
  readonly world: World;
  /** The verdict byte of one request. */
  check(request: Request): number;
  /**
   * The verdict byte of a request with one instruction and nothing wrong with it, by numbers: indices of the world's
   * tasks and tokens (NO_TOKEN for none), the command, the map or program type, and the attach type.
   */
  checkIds(task: number, token: number, cmd: number, type: number, attachType: number): number;
  /** The verdict bytes of a batch, written to `out` from 0 on. Throws a RangeError where columns and `out` differ in length. */
  checkBatch(columns: Columns, out: Uint8Array): void;
  /** Compiles another world in place of this one, in the same memory. Throws as createEvaluator() does. */
  replaceWorld(world: World): void;
}

/**
 * Compiles a world to tables in a WebAssembly memory of its own.
 * Throws a RangeError for a world with more ids than 16 bits can name, and a TypeError for LSM hooks that are functions.
 */
export function createEvaluator(world: World, { lsm = {} }: EvaluatorOptions = {}): Evaluator {
  const hooks = Object.keys(lsm);
  if (hooks.length > 0) {
    throw new TypeError(
      `the hot path cannot call ${hooks.join(', ')}: write the denials as data (denials of a token: cmds, caps), ` +
        'or ask the model (new Model(world, lsm))',
    );
  }
  return new WasmEvaluator(world);
}

/** Byte offsets of a chunk's columns, below the tables so that these can grow. */
interface Staging {
  readonly columns: Readonly<Record<(typeof COLUMN_NAMES)[number], number>>;
  readonly out: number;
  readonly scratch: number;
  readonly end: number;
}

function placeStaging(start: number): Staging {
  let end = start;
  const place = (bytesPerRow: number): number => {
    const here = (end + 63) & ~63;
    end = here + CHUNK * bytesPerRow;
    return here;
  };
  const columns = {
    task: place(2),
    token: place(2),
    cmd: place(1),
    type: place(1),
    attachType: place(1),
    insnCnt: place(4),
    pre: place(1),
  };
  const out = place(1);
  const scratch = (end + 63) & ~63;
  end = scratch + SCRATCH_SIZE;
  return { columns, out, scratch, end: (end + 63) & ~63 };
}

class WasmEvaluator implements Evaluator {
  #world: World;
  readonly #memory: WebAssembly.Memory;
  readonly #exports: DecideExports;
  readonly #staging: Staging;
  /** Byte offset of the tables. */
  readonly #base: number;

  constructor(world: World) {
    this.#memory = new WebAssembly.Memory({ initial: 1 });
    this.#exports = instantiate(this.#memory);
    this.#staging = placeStaging(this.#exports.heapBase());
    this.#base = this.#staging.end;
    this.#world = world;
    this.replaceWorld(world);
  }

  get world(): World {
    return this.#world;
  }

  replaceWorld(world: World): void {
    const plan = planWorld(world);
    const short = this.#base + plan.size - this.#memory.buffer.byteLength;
    if (short > 0) this.#memory.grow(Math.ceil(short / PAGE));
    new Uint8Array(this.#memory.buffer, this.#base, plan.size).fill(0);
    writeWorld(this.#memory.buffer, this.#base, world, plan);
    this.#world = world;
  }

  check({ task, token, cmd, type, attachType, insnCnt, pre }: Request): number {
    return this.#exports.decide(this.#base, task, token, cmd, type, attachType, insnCnt, pre);
  }

  checkIds(task: number, token: number, cmd: number, type: number, attachType: number): number {
    return this.#exports.decide(this.#base, task, token, cmd, type, attachType, 1, 0);
  }

  checkBatch(columns: Columns, out: Uint8Array): void {
    const rows = out.length;
    for (const name of COLUMN_NAMES) {
      const { length } = columns[name];
      if (length !== rows) throw new RangeError(`column ${name} has ${length} rows, out has ${rows}`);
    }
    const { buffer } = this.#memory;
    const { columns: at, out: outAt, scratch } = this.#staging;
    const bytes = new Uint8Array(buffer);
    for (let start = 0; start < rows; start += CHUNK) {
      const stop = Math.min(start + CHUNK, rows);
      for (const name of COLUMN_NAMES) bytes.set(bytesOf(columns[name].subarray(start, stop)), at[name]);
      this.#exports.decideBatch(
        this.#base,
        scratch,
        stop - start,
        at.task,
        at.token,
        at.cmd,
        at.type,
        at.attachType,
        at.insnCnt,
        at.pre,
        outAt,
      );
      out.set(bytes.subarray(outAt, outAt + stop - start), start);
    }
  }
}

function bytesOf(values: Uint8Array | Uint16Array | Uint32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
