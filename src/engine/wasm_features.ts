/** What an engine of WebAssembly has of what the hot path needs (`simd`, `bulk_memory`), and needs for threads. */
export interface WasmFeatures {
  readonly simd: boolean;
  readonly bulk_memory: boolean;
  /** Memory that threads share; without it, a world is decided in one thread. */
  readonly shared_memory: boolean;
}

const HEADER = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
/** A function without parameters that returns nothing. */
const FUNCTION = [0x01, 0x04, 0x01, 0x60, 0x00, 0x00, 0x03, 0x02, 0x01, 0x00];
const MEMORY = [0x05, 0x03, 0x01, 0x00, 0x01];
/** v128.const 0; drop */
const SIMD = [0xfd, 0x0c, ...new Array<number>(16).fill(0), 0x1a];
/** memory.fill of no bytes */
const BULK = [0x41, 0x00, 0x41, 0x00, 0x41, 0x00, 0xfc, 0x0b, 0x00];

/** Asks by validating modules of a few bytes. */
export function wasmFeatures(): WasmFeatures {
  return {
    simd: isValid([...HEADER, ...FUNCTION, ...code(SIMD)]),
    bulk_memory: isValid([...HEADER, ...FUNCTION, ...MEMORY, ...code(BULK)]),
    shared_memory: hasSharedMemory(),
  };
}

/** Whether memories can be shared between threads: in a page only where it is isolated by its headers. */
export function hasSharedMemory(): boolean {
  return typeof SharedArrayBuffer !== 'undefined';
}

function code(body: readonly number[]): number[] {
  const size = body.length + 2;
  return [0x0a, size + 2, 0x01, size, 0x00, ...body, 0x0b];
}

function isValid(bytes: readonly number[]): boolean {
  return WebAssembly.validate(Uint8Array.from(bytes));
}
