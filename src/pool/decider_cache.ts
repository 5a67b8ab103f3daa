import { Decider } from '../engine/decider.js';

/** Deciders in one memory, made once for each workspace: in time a worker uses all workspaces of its pool. */
export class DeciderCache {
  readonly #memory: WebAssembly.Memory;
  readonly #byPlace = new Map<number, Decider>();

  constructor(memory: WebAssembly.Memory) {
    this.#memory = memory;
  }

  /** The decider of the workspace at an address. */
  at(workspace: number): Decider {
    let decider = this.#byPlace.get(workspace);
    if (!decider) {
      decider = new Decider(this.#memory, workspace);
      this.#byPlace.set(workspace, decider);
    }
    return decider;
  }
}
