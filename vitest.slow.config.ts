import { defineConfig } from 'vitest/config';

// What takes longer than everything that npm test runs should, and what it says more of than npm test does.
export default defineConfig({
  test: {
    include: ['test/**/*.slow.ts'],
    exclude: ['test/package/**'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    maxWorkers: '100%',
  },
});
