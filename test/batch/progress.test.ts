import { PassThrough } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { progressBar } from '../../src/cli/progress_bar.js';

/** What a bar writes to a terminal, or to what is none. */
async function written(isTTY: boolean): Promise<string> {
  const stream = Object.assign(new PassThrough(), { isTTY, columns: 120 });
  const bar = progressBar(stream as unknown as NodeJS.WriteStream);
  for (const part of [1, 2, 3]) {
    bar.update({ rows: part * 1000, bytes: part * 25, totalBytes: 100 });
    await setTimeout(150);
  }
  bar.stop();
  return String(stream.read() ?? '');
}

test('a terminal is shown how far a batch is, how fast, and how long it takes', async () => {
  expect(await written(true)).toMatch(/75% 3,000 rows, [\d.,]+( million)? a second, \S+ left/);
});

test('a pipe is shown nothing', async () => {
  expect(await written(false)).toBe('');
});
