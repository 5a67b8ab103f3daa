import * as L from '../abi/memory_layout.js';
import { BpfTokenSimError } from '../errors.js';

/** Every place of a memory is taken. */
export class AttachmentLimitError extends BpfTokenSimError {
  override readonly name = 'AttachmentLimitError';
  override readonly code = 'ATTACHMENT_LIMIT';

  constructor() {
    super(
      `all ${L.MAX_WORKSPACES} places of the evaluator's memory are taken: dispose() of attachments that are done with ` +
        '(a worker that is terminated keeps the places of attachments it did not dispose of)',
    );
  }
}

/**
 * Takes a free place of a memory for one thread's batches, whatever other threads do at the same time. Returns its
 * address. The owner of a memory takes the first one as it makes it. Throws a AttachmentLimitError where none is free.
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

/** Gives back a place that claimWorkspace() returned; nobody decides from it any more. */
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
