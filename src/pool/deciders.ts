import { Decider } from '../engine/decider.js';

/** Deciders in one memory, made once for each place: a worker meets all places of its crew in time. */
export class Deciders {
  readonly #memory: WebAssembly.Memory;
  readonly #byPlace = new Map<number, Decider>();

  constructor(memory: WebAssembly.Memory) {
    this.#memory = memory;
  }

  /** The one that decides from the place at that address. */
  at(place: number): Decider {
    let decider = this.#byPlace.get(place);
    if (!decider) {
      decider = new Decider(this.#memory, place);
      this.#byPlace.set(place, decider);
    }
    return decider;
  }
}
