import { MEMORY_PAGES } from '../abi/memory_layout.js';
import { DisposedError, InvalidArgumentError, NotSharedError } from '../errors.js';
import { invalidArgument } from '../kernel/arguments.js';
import type { Request } from '../kernel/world.js';
import type { Columns } from './columns.js';
import { Decider } from './decider.js';
import type { Evaluator } from './evaluator.js';
import { memoryOf, noteMemory } from './evaluator_memory.js';
import type { PermissionSet } from './permission_set.js';
import { isSharedMemory } from './wasm.js';
import { claimWorkspace, releaseWorkspace } from './workspaces.js';

/** Changes with every change of the memory's layout, which both sides must agree on. */
const KIND = 'bpf-token-sim/shared-evaluator/3';
const PAGE_BYTES = 65_536;

/**
 * What another thread needs to decide in an evaluator's memory: pass it through postMessage() or workerData to
 * attachEvaluator(). It holds the memory with all tables.
 */
export interface SharedEvaluator {
  /** Which layout the memory has. */
  readonly kind: string;
  readonly memory: WebAssembly.Memory;
}

/** A thread's access to an evaluator of another thread. It sees every change that the owner makes to the world at once. */
export interface AttachedEvaluator {
  /** The verdict byte of a request by ids. */
  decideRequest(request: Request): number;
  /** As Evaluator.decideIds(). */
  decideIds(task: number, token: number, cmd: number, type: number, attachType: number): number;
  /** As Evaluator.decideBatch(): throws what it throws. */
  decideBatch(columns: Columns, out: Uint8Array): void;
  /** As Evaluator.permissionSet(), by ids. */
  permissionSet(task: number, token: number): PermissionSet;
  /** Releases the attachment's workspace. Afterwards every other call throws a DisposedError; a second call does nothing. */
  dispose(): void;
  [Symbol.dispose](): void;
}

/**
 * What attachEvaluator() needs to decide in an evaluator's memory from another thread. Throws an InvalidArgumentError for what
 * is no evaluator, a NotSharedError for one with private memory, and a DisposedError.
 */
export function shareEvaluator(evaluator: Evaluator): SharedEvaluator {
  const memory = memoryOf(evaluator);
  if (!memory) throw invalidArgument('evaluator', evaluator, 'an evaluator that createEvaluator() returned');
  if (!isSharedMemory(memory)) throw new NotSharedError();
  noteMemory(memory);
  return { kind: KIND, memory };
}

/**
 * Attaches to an evaluator that may belong to another thread; nothing is copied. A thread may attach more than once. A memory
 * has workspaces for the owner and 63 attachments: call dispose() on those no longer needed.
 *
 * Changing the world during a batch is not atomic: each row sees either the old or the new world, or a mix of their rows.
 *
 * Throws an InvalidArgumentError for anything that shareEvaluator() did not return, and an AttachmentLimitError where every
 * workspace is in use.
 */
export function attachEvaluator(shared: SharedEvaluator): AttachedEvaluator {
  checkShared(shared);
  return new Attachment(shared.memory);
}

/** Throws an InvalidArgumentError. */
function checkShared(shared: unknown): asserts shared is SharedEvaluator {
  const { kind, memory } = (typeof shared === 'object' && shared !== null ? shared : {}) as Partial<SharedEvaluator>;
  if (typeof kind !== 'string' || !(memory instanceof WebAssembly.Memory)) {
    throw new InvalidArgumentError('shared', 'attachEvaluator() needs the value that shareEvaluator() returned');
  }
  if (kind !== KIND || memory.buffer.byteLength < MEMORY_PAGES * PAGE_BYTES) {
    throw new InvalidArgumentError(
      'shared',
      `the evaluator must be shared by the same version of bpf-token-sim: got ${kind}, this version reads ${KIND}`,
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

  decideRequest(request: Request): number {
    return this.#open().decideRequest(request);
  }

  decideIds(task: number, token: number, cmd: number, type: number, attachType: number): number {
    return this.#open().decideIds(task, token, cmd, type, attachType);
  }

  decideBatch(columns: Columns, out: Uint8Array): void {
    this.#open().decideBatch(columns, out);
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
