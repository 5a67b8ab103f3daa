import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

// The engine's tests on a module that checks every load and store (scripts/check-bounds.mjs). Workers load the module as built.
export default defineConfig({
  resolve: {
    alias: [
      {
        find: /^.*\/decide\.generated\.js$/,
        replacement: fileURLToPath(new URL('build/bounds/decide.generated.js', import.meta.url)),
      },
    ],
  },
  test: {
    include: ['test/bounds/*.bounds.ts', 'test/engine/*.test.ts'],
    testTimeout: 300_000,
    hookTimeout: 120_000,
    maxWorkers: '100%',
  },
});
