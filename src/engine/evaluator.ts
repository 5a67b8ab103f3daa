import type { LsmHooks } from '../kernel/lsm.js';
import type { Request, World } from '../kernel/world.js';
import type { Columns } from './columns.js';
import { writeWorld } from './compile.js';
import { Decider } from './decider.js';
import { claimPlace } from './places.js';
import { type SharedEvaluator, shareMemory } from './share.js';
import { makeMemory } from './wasm.js';

/** How to compile a world. */
export interface EvaluatorOptions {
  /** LSM hooks that are functions are for the model alone: giving any is an error. */
  readonly lsm?: LsmHooks;
}

/** A world compiled for the hot path. Answers verdict bytes, which decodeVerdict() takes apart. */
export interface Evaluator {
  readonly world: World;
  /** The verdict byte of one request. */
  checkRequest(request: Request): number;
  /**
   * The verdict byte of a request with one instruction and nothing wrong with it, by numbers: indices of the world's
   * tasks and tokens (NO_TOKEN for none), the command, the map or program type, and the attach type.
   */
  checkIds(task: number, token: number, cmd: number, type: number, attachType: number): number;
  /** The verdict bytes of a batch, written to `out` from 0 on. Throws a RangeError where columns and `out` differ in length. */
  checkBatch(columns: Columns, out: Uint8Array): void;
  /** Compiles another world in place of this one, in the same memory. Throws as createEvaluator() does. */
  replaceWorld(world: World): void;
  /** What attachEvaluator() needs to decide in this evaluator's memory from another thread. */
  share(): SharedEvaluator;
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

class WasmEvaluator extends Decider implements Evaluator {
  #world: World;
  readonly #memory: WebAssembly.Memory;

  constructor(world: World) {
    const memory = makeMemory();
    super(memory, claimPlace(memory));
    this.#memory = memory;
    this.#world = world;
    this.replaceWorld(world);
  }

  get world(): World {
    return this.#world;
  }

  replaceWorld(world: World): void {
    writeWorld(this.#memory.buffer, world);
    this.#world = world;
  }

  share(): SharedEvaluator {
    return shareMemory(this.#memory);
  }
}
