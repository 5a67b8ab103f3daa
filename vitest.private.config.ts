import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

// The engine's tests on memory of one thread, as in a page without the headers that isolate it. What shares memory is left out.
export default defineConfig({
  resolve: {
    alias: [
      {
        find: /^.*\/wasm_features\.js$/,
        replacement: fileURLToPath(new URL('test/engine/no_shared_memory.ts', import.meta.url)),
      },
    ],
  },
  test: {
    include: ['test/engine/*.test.ts', 'test/private/*.private.ts'],
    exclude: ['test/engine/share.test.ts', 'test/engine/column_memory.test.ts', 'test/engine/resident_columns.test.ts'],
    testTimeout: 300_000,
    hookTimeout: 120_000,
    maxWorkers: '100%',
  },
});
