import { claimPlace, releasePlace } from '../engine/places.js';

/**
 * A place in each of some memories for every slot of a crew. They belong to the slots, not to workers, so that none is
 * lost with a worker.
 */
export class SlotPlaces {
  readonly #memories: readonly WebAssembly.Memory[];
  /** Addresses, by slot and memory. */
  readonly #places: number[][] = [];

  /** Throws a PlacesTakenError, and has taken none, where a memory has no room for them. */
  constructor(memories: readonly WebAssembly.Memory[], slots: number) {
    this.#memories = memories;
    try {
      for (let slot = 0; slot < slots; slot++) {
        const places: number[] = [];
        this.#places.push(places);
        for (const memory of memories) places.push(claimPlace(memory));
      }
    } catch (error) {
      this.release();
      throw error;
    }
  }

  /** The addresses of a slot's places, in the order of the memories. */
  of(slot: number): readonly number[] {
    return this.#places[slot] as number[];
  }

  /** Gives them all back. */
  release(): void {
    for (const places of this.#places.splice(0)) {
      places.forEach((place, i) => {
        releasePlace(this.#memories[i] as WebAssembly.Memory, place);
      });
    }
  }
}
