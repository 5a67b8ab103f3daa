import type { LsmHooks } from '../kernel/lsm.js';
import type { Request, World } from '../kernel/world.js';
import type { Columns } from './columns.js';
import { planWorld, writeWorld } from './compile.js';
import { instantiate } from './wasm.js';

const PAGE = 65_536;
/** Rows copied into the memory at a time: large enough to forget the call, small enough to stay in cache. */
const CHUNK = 16_384;

/** A world compiled for the hot path. Answers verdict bytes; reasons come from report/verdict. */
export interface Evaluator {
  readonly world: World;
  /** The verdict byte of one request. */
  check(request: Request): number;
  /** The verdict bytes of a batch, written to `out` from 0 on. Throws a RangeError where columns and `out` differ in length. */
  checkBatch(columns: Columns, out: Uint8Array): void;
}

/** How to compile a world. */
export interface EvaluatorOptions {
  /** LSM hooks that are functions are for the model alone: giving any is an error. */
  readonly lsm?: LsmHooks;
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
  const plan = planWorld(world);
  const probe = instantiate(new WebAssembly.Memory({ initial: 1 }));
  // Address 0 means no token, so tables start past it.
  const base = Math.max(64, (probe.heapBase() + 63) & ~63);
  let end = base + plan.size;
  const column = (bytesPerRow: number): number => {
    const here = (end + 63) & ~63;
    end = here + CHUNK * bytesPerRow;
    return here;
  };
  const at = {
    task: column(2),
    token: column(2),
    cmd: column(1),
    type: column(1),
    attachType: column(1),
    insnCnt: column(4),
    pre: column(1),
    out: column(1),
  };
  const memory = new WebAssembly.Memory({ initial: Math.ceil(end / PAGE) });
  const { decide, decideBatch } = instantiate(memory);
  const { buffer } = memory;
  writeWorld(buffer, base, world, plan);

  const inside = {
    task: new Uint16Array(buffer, at.task, CHUNK),
    token: new Uint16Array(buffer, at.token, CHUNK),
    cmd: new Uint8Array(buffer, at.cmd, CHUNK),
    type: new Uint8Array(buffer, at.type, CHUNK),
    attachType: new Uint8Array(buffer, at.attachType, CHUNK),
    insnCnt: new Uint32Array(buffer, at.insnCnt, CHUNK),
    pre: new Uint8Array(buffer, at.pre, CHUNK),
  };
  const verdicts = new Uint8Array(buffer, at.out, CHUNK);

  return {
    world,
    check({ task, token, cmd, type, attachType, insnCnt, pre }) {
      return decide(base, task, token, cmd, type, attachType, insnCnt, pre);
    },
    checkBatch(columns, out) {
      const rows = out.length;
      for (const [name, values] of Object.entries(columns)) {
        if (values.length !== rows) throw new RangeError(`column ${name} has ${values.length} rows, out has ${rows}`);
      }
      for (let start = 0; start < rows; start += CHUNK) {
        const stop = Math.min(start + CHUNK, rows);
        for (const name of COLUMN_NAMES) inside[name].set(columns[name].subarray(start, stop));
        decideBatch(base, stop - start, at.task, at.token, at.cmd, at.type, at.attachType, at.insnCnt, at.pre, at.out);
        out.set(verdicts.subarray(0, stop - start), start);
      }
    },
  };
}

const COLUMN_NAMES = ['task', 'token', 'cmd', 'type', 'attachType', 'insnCnt', 'pre'] as const;
