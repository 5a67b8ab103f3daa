import { expect, test } from 'vitest';
import { duckdbFolder } from '../tables/duckdb_folder.js';
import { totalsText, tryDamages } from './damage_runs.js';
import { writeSoundFiles } from './sound_files.js';

const here = duckdbFolder();

test('every byte of a file of any kind, overwritten, and every end that is cut off: a result or an error in words', async () => {
  const { files, scenario } = await writeSoundFiles(here.folder, here.duckdb);
  const totals = await tryDamages(files, scenario);
  console.log(totalsText(totals));
  expect(totals.failures).toEqual([]);
  expect(totals.cases).toBeGreaterThan(100_000);
}, 1_200_000);
