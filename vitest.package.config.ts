import { defineConfig } from 'vitest/config';

// The package as people install it. Needs the registry, and takes longer than everything that npm test runs should.
export default defineConfig({
  test: { include: ['test/package/*.slow.ts'], testTimeout: 120_000, hookTimeout: 300_000 },
});
