import * as L from '../abi/memory_layout.js';
import { BpfTokenSimError } from '../errors.js';

/** Every workspace of a memory is in use. */
export class AttachmentLimitError extends BpfTokenSimError {
  override readonly name = 'AttachmentLimitError';
  override readonly code = 'ATTACHMENT_LIMIT';

  constructor() {
    super(
      `all ${L.MAX_WORKSPACES} workspaces of the evaluator's memory are in use: call dispose() on attachments that are no ` +
        'longer needed (a terminated worker keeps the workspaces of attachments it did not dispose of)',
    );
  }
}

/**
 * Claims a free workspace of a memory for one thread's batches and returns its address; safe while other threads claim
 * theirs. The owner of a memory claims the first one. Throws an AttachmentLimitError where all are in use.
 */
export function claimWorkspace(memory: WebAssembly.Memory): number {
  const taken = takenBits(memory);
  for (let word = 0; word < taken.length; word++) {
    let bits = Atomics.load(taken, word);
    while (~bits !== 0) {
      const bit = lowestClear(bits);
      const seen = Atomics.compareExchange(taken, word, bits, bits | (1 << bit));
      if (seen === bits) return L.WORKSPACES_START + (word * 32 + bit) * L.WORKSPACE_SIZE;
      bits = seen;
    }
  }
  throw new AttachmentLimitError();
}

/** Releases a workspace that claimWorkspace() returned. No thread may use it afterwards. */
export function releaseWorkspace(memory: WebAssembly.Memory, address: number): void {
  const workspace = (address - L.WORKSPACES_START) / L.WORKSPACE_SIZE;
  Atomics.and(takenBits(memory), workspace >>> 5, ~(1 << (workspace & 31)));
}

function takenBits(memory: WebAssembly.Memory): Int32Array {
  return new Int32Array(memory.buffer, L.WORLD_WORKSPACES, L.MAX_WORKSPACES / 32);
}

function lowestClear(bits: number): number {
  return 31 - Math.clz32(~bits & (bits + 1));
}
