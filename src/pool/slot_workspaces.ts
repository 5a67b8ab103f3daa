import { claimWorkspace, releaseWorkspace } from '../engine/workspaces.js';

/**
 * A place in each of some memories for every slot of a crew. They belong to the slots, not to workers, so that none is
 * lost with a worker.
 */
export class SlotWorkspaces {
  readonly #memories: readonly WebAssembly.Memory[];
  /** Addresses, by slot and memory. */
  readonly #workspaces: number[][] = [];

  /** Throws a AttachmentLimitError, and has taken none, where a memory has no room for them. */
  constructor(memories: readonly WebAssembly.Memory[], slots: number) {
    this.#memories = memories;
    try {
      for (let slot = 0; slot < slots; slot++) {
        const workspaces: number[] = [];
        this.#workspaces.push(workspaces);
        for (const memory of memories) workspaces.push(claimWorkspace(memory));
      }
    } catch (error) {
      this.release();
      throw error;
    }
  }

  /** The addresses of a slot's places, in the order of the memories. */
  of(slot: number): readonly number[] {
    return this.#workspaces[slot] as number[];
  }

  /** Gives them all back. */
  release(): void {
    for (const workspaces of this.#workspaces.splice(0)) {
      workspaces.forEach((workspace, i) => {
        releaseWorkspace(this.#memories[i] as WebAssembly.Memory, workspace);
      });
    }
  }
}
