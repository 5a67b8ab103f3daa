import { MAX_MEMORY_PAGES, MEMORY_PAGES } from '../abi/memory_layout.js';
import { isObject } from '../kernel/ranges.js';

// The memory of an evaluator: tables and workspaces in its initial pages, then the columns allocated in it.

const PAGE = 65_536;
const TABLES_END = MEMORY_PAGES * PAGE;
/** Every buffer of an evaluator's memory that this thread has seen: a memory that grows gets a new one each time. */
const buffers = new WeakSet<ArrayBufferLike>();

/** Records the present buffer of a memory. */
export function noteMemory({ buffer }: WebAssembly.Memory): void {
  buffers.add(buffer);
}

/** Whether a view of a buffer overlaps the tables or workspaces of an evaluator, which only the engine may write to. */
export function liesInTables(buffer: ArrayBufferLike, view: ArrayBufferView): boolean {
  return buffers.has(buffer) && view.byteOffset < TABLES_END;
}

/**
 * Grows a memory by whole pages for each of the sizes (in bytes) and returns their addresses; all bytes are 0. Throws a
 * RangeError, without any change, where the memory cannot grow enough.
 */
export function allocate(memory: WebAssembly.Memory, sizes: readonly number[]): readonly number[] {
  const pages = sizes.map((bytes) => Math.ceil(bytes / PAGE));
  let page = memory.grow(pages.reduce((sum, count) => sum + count, 0));
  noteMemory(memory);
  return pages.map((count) => {
    const address = page * PAGE;
    page += count;
    return address;
  });
}

/** Bytes by which a memory can still grow up to its own limit. */
export function bytesLeft({ buffer }: WebAssembly.Memory): number {
  return MAX_MEMORY_PAGES * PAGE - buffer.byteLength;
}

/**
 * The method of an evaluator that answers its memory, for those that share it. A registered symbol, so that an evaluator is known
 * where a bundler put this file into a program twice.
 */
export const MEMORY: unique symbol = Symbol.for('bpf-token-sim/memory') as never;

/** The memory of an evaluator; undefined for what is not one. Throws a DisposedError after dispose(). */
export function memoryOf(evaluator: unknown): WebAssembly.Memory | undefined {
  if (!isObject(evaluator)) return undefined;
  const { [MEMORY]: memory } = evaluator as { readonly [MEMORY]?: () => WebAssembly.Memory };
  return memory?.call(evaluator);
}
