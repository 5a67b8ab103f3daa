// In place of src/engine/wasm_features.ts where tests are to run without memory that threads share.

export function hasSharedMemory(): boolean {
  return false;
}
