import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // By default one core is left idle, which is half of a small machine.
    maxWorkers: '100%',
    // Importing everything anew for each file takes some three tenths of a second each; no file leaves anything behind.
    isolate: false,
  },
});
