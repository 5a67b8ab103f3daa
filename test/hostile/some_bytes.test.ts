import { expect, test } from 'vitest';
import { cases } from '../cases.js';
import { duckdbFolder } from '../tables/duckdb_folder.js';
import { tryDamages } from './damage_runs.js';
import { writeSoundFiles } from './sound_files.js';

const here = duckdbFolder();

test('some bytes of a file of any kind, overwritten, and some ends that are cut off: a result or an error in words', async () => {
  const { files, scenario } = await writeSoundFiles(here.folder, here.duckdb);
  const { failures, cases: tried } = await tryDamages(files, scenario, cases(3001, 211));
  expect(failures).toEqual([]);
  expect(tried).toBeGreaterThan(cases(30, 500));
});
