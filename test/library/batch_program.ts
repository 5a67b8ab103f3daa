import { expect } from 'vitest';
import { documentBlock } from '../readme_block.js';

/** Runs a program in a worker thread, with the arguments of this one. */
const IN_WORKER = `
  import { once } from 'node:events';
  import { Worker } from 'node:worker_threads';
  const worker = new Worker(new URL('./batch.mjs', import.meta.url), { argv: process.argv.slice(2) });
  const [code] = await once(worker, 'exit');
  process.exitCode = code;
`;

/** The program in docs/library.md that evaluates a table over workers: its files, and what it prints of a number of rows of the fleet. */
export function batchProgramRun(rows: number): {
  readonly files: Readonly<Record<'batch.mjs' | 'in_worker.mjs', string>>;
  readonly check: (output: string) => void;
} {
  const program = documentBlock('docs/library.md', 'js', (block) => block.includes("from 'bpf-token-sim/batch'"));
  expect(program.trimEnd().split('\n').length).toBeLessThanOrEqual(40);
  return {
    files: { 'batch.mjs': program, 'in_worker.mjs': IN_WORKER },
    check: (output) => {
      const [first, ...groups] = output.trimEnd().split('\n');
      expect(first).toMatch(new RegExp(`^${rows} rows, 0 bad, decided by linux-[\\d.]+ \\(\\w+\\)$`));
      expect(groups).toHaveLength(5);
      for (const group of groups) expect(group).toMatch(/^\d+ rows: [\w-]+, (allowed|denied)$/);
    },
  };
}
