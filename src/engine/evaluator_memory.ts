import { MAX_MEMORY_PAGES, MEMORY_PAGES } from '../abi/memory_layout.js';

// What evaluators' memories hold: tables and places in the pages they begin with, then what was allocated for columns.

const PAGE = 65_536;
const TABLES_END = MEMORY_PAGES * PAGE;
/** Every buffer of an evaluator's memory that this thread met: a memory that grows gets another one each time. */
const buffers = new WeakSet<ArrayBufferLike>();

/** Notes the buffer that a memory has now. */
export function noteMemory({ buffer }: WebAssembly.Memory): void {
  buffers.add(buffer);
}

/** Whether a view of a buffer touches the tables or places of an evaluator: nothing but the engine writes there. */
export function liesInTables(buffer: ArrayBufferLike, view: ArrayBufferView): boolean {
  return buffers.has(buffer) && view.byteOffset < TABLES_END;
}

/**
 * Makes a memory larger by pages for each of some numbers of bytes, and returns the address of each; all bytes are 0.
 * Throws a RangeError, and has changed nothing, where it can grow no more.
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

/** Bytes that a memory can still grow by, as far as its own limit goes. */
export function bytesLeft({ buffer }: WebAssembly.Memory): number {
  return MAX_MEMORY_PAGES * PAGE - buffer.byteLength;
}
