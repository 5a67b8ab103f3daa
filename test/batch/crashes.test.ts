import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isColumnar, TABLE_FORMATS } from '../../src/tables/formats.js';
import { describeDeaths, FIRST_BAD, folder, run, tableOf } from './crashes.js';

// Text to CSV and only counted, and columns to CSV; every format, in and out, in crashes.slow.ts.
describeDeaths({ csv: ['csv'] }, true);
describeDeaths({ arrow: ['csv'] }, false);

describe.each(TABLE_FORMATS)('%s', (format) => {
  test('--strict stops at the first bad row of many parts', async () => {
    const text = await readFile(tableOf(format), 'latin1');
    const line = text.slice(0, text.indexOf('wbe')).split('\n').length;
    const place = isColumnar(format) ? `: row ${FIRST_BAD}` : `:${line}`;
    const message = `${tableOf(format)}${place}: task: no task is called 'wbe'; did you mean web?`;
    await rm(join(folder, 'out-2'), { force: true });
    const files = await readdir(folder);
    await expect(run(format, 'csv', 2, true)).rejects.toThrow(message);
    expect(await readdir(folder)).toEqual(files);
  });
});
