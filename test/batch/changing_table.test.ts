import { readdirSync, readlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { evaluateTable } from '../../src/tables/evaluate_table.js';
import { CHANGES, decided, evaluator, folder, tableAt } from './changing_tables.js';

test('a table that changes while evaluateTable() reads it is a TableChangedError', async () => {
  for (const { change, says } of Object.values(CHANGES)) {
    const { path, bytes } = await tableAt('table.csv', 'csv');
    const reading = async (): Promise<void> => {
      let isChanged = false;
      for await (const _ of evaluateTable(evaluator, path)) {
        if (!isChanged) change(path, bytes);
        isChanged = true;
      }
    };
    await expect(reading()).rejects.toMatchObject({
      name: 'TableChangedError',
      code: 'TABLE_CHANGED',
      file: path,
      message: expect.stringMatching(says),
    });
  }
});

/** Descriptors of this process that are files in the folder. */
function openHere(): string[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      const path = readlinkSync(`/proc/self/fd/${fd}`);
      return path.startsWith(folder) ? [path] : [];
    } catch {
      return [];
    }
  });
}

test('no descriptor of a table stays open', async () => {
  const { path, bytes } = await tableAt('table.csv', 'csv');
  await decided(path, 'csv', 1, () => undefined);
  await expect(decided(path, 'csv', 2, () => truncateSync(path, bytes.length - 10))).rejects.toThrow();
  writeFileSync(path, 'no header\n');
  await expect(decided(path, 'csv', 1, () => undefined)).rejects.toThrow();
  await expect(decided(path, 'parquet', 1, () => undefined)).rejects.toThrow();
  for await (const _ of evaluateTable(evaluator, (await tableAt('other.csv', 'csv')).path)) break;
  expect(openHere()).toEqual([]);
});
