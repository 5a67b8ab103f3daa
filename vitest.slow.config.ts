import { readdirSync, readFileSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

/** Test files that try fewer cases in the fast suite, which test/cases.ts tells. */
const withMoreCases = readdirSync('test', { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.test.ts'))
  .map((file) => `test/${file}`)
  .filter((file) => /from '(\.\.?\/)+cases\.js'/.test(readFileSync(file, 'utf8')));

// What takes longer than everything that npm test runs should, and what it says more of than npm test does.
export default defineConfig({
  test: {
    include: ['test/**/*.slow.ts', ...withMoreCases],
    exclude: ['test/package/**'],
    env: { TEST_ALL_CASES: '1' },
    testTimeout: 120_000,
    hookTimeout: 120_000,
    maxWorkers: '100%',
  },
});
