import { MEMORY_PAGES } from '../abi/memory_layout.js';
import { DisposedError, InvalidArgumentError } from '../errors.js';
import type { Request } from '../kernel/world.js';
import type { Columns } from './columns.js';
import { Decider } from './decider.js';
import { noteMemory } from './evaluator_memory.js';
import type { PermissionSet } from './permission_set.js';
import { claimWorkspace, releaseWorkspace } from './workspaces.js';

/** Changes with every change of the memory's layout, which both sides must agree on. */
const KIND = 'bpf-token-sim/shared-evaluator/3';
const PAGE_BYTES = 65_536;

/**
 * What another thread needs to decide in an evaluator's memory: give it to postMessage() or workerData, and what arrives
 * to attachEvaluator(). It holds no table, only the memory they all lie in.
 */
export interface SharedEvaluator {
  /** Which layout the memory has. */
  readonly kind: string;
  readonly memory: WebAssembly.Memory;
}

/** A thread's access to an evaluator that another thread owns. Every change the owner makes to the world is seen at once. */
export interface AttachedEvaluator {
  /** The verdict byte of a request by ids. */
  checkRequest(request: Request): number;
  /** As Evaluator.checkIds(). */
  checkIds(task: number, token: number, cmd: number, type: number, attachType: number): number;
  /** As Evaluator.checkBatch(): throws what it throws. */
  checkBatch(columns: Columns, out: Uint8Array): void;
  /** As Evaluator.permissionSet(), by ids. */
  permissionSet(task: number, token: number): PermissionSet;
  /** Gives the attachment's place in the memory back. Every other call throws a DisposedError from then on; this one does nothing. */
  dispose(): void;
  [Symbol.dispose](): void;
}

/** How an evaluator's memory is handed to other threads. */
export function shareMemory(memory: WebAssembly.Memory): SharedEvaluator {
  noteMemory(memory);
  return { kind: KIND, memory };
}

/**
 * Decides in the memory of an evaluator that may live in another thread; nothing is copied. A thread may attach itself
 * more than once. The owner and 63 attachments fit one memory: dispose() of those that are done with.
 *
 * A world is not replaced under a batch's feet: where the owner changes it while others decide, each row is answered by
 * the tables as they are at that moment, which may be half of each.
 *
 * Throws an InvalidArgumentError for anything that is not what share() returned, and a AttachmentLimitError where every place is taken.
 */
export function attachEvaluator(shared: SharedEvaluator): AttachedEvaluator {
  checkShared(shared);
  return new Attachment(shared.memory);
}

/** Throws an InvalidArgumentError. */
function checkShared(shared: unknown): asserts shared is SharedEvaluator {
  const { kind, memory } = (typeof shared === 'object' && shared !== null ? shared : {}) as Partial<SharedEvaluator>;
  if (typeof kind !== 'string' || !(memory instanceof WebAssembly.Memory)) {
    throw new InvalidArgumentError(
      'shared',
      'attachEvaluator() takes what share() of an evaluator returned, as it came from its thread',
    );
  }
  if (kind !== KIND || memory.buffer.byteLength < MEMORY_PAGES * PAGE_BYTES) {
    throw new InvalidArgumentError(
      'shared',
      `the evaluator was shared by another version of bpf-token-sim (${kind}; this one reads ${KIND})`,
    );
  }
}

class Attachment implements AttachedEvaluator {
  readonly #memory: WebAssembly.Memory;
  readonly #workspace: number;
  #decider: Decider | undefined;

  constructor(memory: WebAssembly.Memory) {
    this.#memory = memory;
    this.#workspace = claimWorkspace(memory);
    this.#decider = new Decider(memory, this.#workspace);
  }

  checkRequest(request: Request): number {
    return this.#open().checkRequest(request);
  }

  checkIds(task: number, token: number, cmd: number, type: number, attachType: number): number {
    return this.#open().checkIds(task, token, cmd, type, attachType);
  }

  checkBatch(columns: Columns, out: Uint8Array): void {
    this.#open().checkBatch(columns, out);
  }

  permissionSet(task: number, token: number): PermissionSet {
    return this.#open().permissionSet(task, token);
  }

  dispose(): void {
    if (!this.#decider) return;
    this.#decider = undefined;
    releaseWorkspace(this.#memory, this.#workspace);
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  #open(): Decider {
    if (!this.#decider) throw new DisposedError('this attachment was disposed of: attach to the evaluator again');
    return this.#decider;
  }
}
