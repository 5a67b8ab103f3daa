import { claimWorkspace, releaseWorkspace } from '../engine/workspaces.js';

/**
 * A workspace in each of some memories for every slot of a worker pool. They belong to the slots, not to workers, so that a
 * crash loses none.
 */
export class SlotWorkspaces {
  readonly #memories: readonly WebAssembly.Memory[];
  /** Addresses, by slot and memory. */
  readonly #workspaces: number[][] = [];

  /** Throws an AttachmentLimitError, and claims none, where a memory has too few free workspaces. */
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

  /** The addresses of a slot's workspaces, in the order of the memories. */
  of(slot: number): readonly number[] {
    return this.#workspaces[slot] as number[];
  }

  /** Releases all of them. */
  release(): void {
    for (const workspaces of this.#workspaces.splice(0)) {
      workspaces.forEach((workspace, i) => {
        releaseWorkspace(this.#memories[i] as WebAssembly.Memory, workspace);
      });
    }
  }
}
