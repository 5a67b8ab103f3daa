import { MEMORY_PAGES, PAST_ROWS } from '../abi/memory_layout.js';

const PAGE = 65_536;
/** Where every region begins: a multiple of this, as Arrow wants it of its buffers. */
export const REGION_ALIGNMENT = 64;

/** Memory of the Wasm module that holds rows of a table, not a world: regions one after the other. */
export class RowMemory {
  readonly memory: WebAssembly.Memory;
  #end = PAGE;

  constructor(memory: WebAssembly.Memory) {
    this.memory = memory;
  }

  /** Where the next region begins. */
  get end(): number {
    return this.#end;
  }

  /** Memory for a number of bytes, and for those that are read and written past them. Answers its address. */
  allocate(bytes: number): number {
    const address = this.#end;
    this.#end = address + regionBytes(bytes + PAST_ROWS);
    this.reserve(this.#end);
    return address;
  }

  /** The same with these bytes in it. */
  put(bytes: Uint8Array): number {
    const address = this.allocate(bytes.length);
    this.bytes(address, bytes.length).set(bytes);
    return address;
  }

  /** Makes sure that the memory goes on up to an address. */
  reserve(end: number): void {
    const pages = Math.ceil(end / PAGE);
    const has = Math.max(MEMORY_PAGES, this.memory.buffer.byteLength / PAGE);
    if (pages > has) this.memory.grow(pages - has);
  }

  /** A view of bytes. */
  bytes(address: number, length: number): Uint8Array {
    return new Uint8Array(this.memory.buffer, address, length);
  }
}

/** The bytes of a region that holds this many. */
export function regionBytes(bytes: number): number {
  return Math.ceil(bytes / REGION_ALIGNMENT) * REGION_ALIGNMENT;
}
