import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, test } from 'vitest';
import { PIPELINE_FORMATS } from '../../bench/end_to_end/files.js';
import { readPipelineOptions, rowsOf } from '../../bench/end_to_end/options.js';
import { makePipelineFiles } from '../../bench/end_to_end/prepare_files.js';
import { pipelineText } from '../../bench/end_to_end/report.js';
import { timePipeline } from '../../bench/end_to_end/time_pipeline.js';
import { spreadOf } from '../../bench/statistics.js';
import { thresholdsOf, thresholdsText } from '../../bench/thresholds.js';
import { benchmarkWorld, SMALL } from '../../bench/world.js';
import { oneOf } from '../cases.js';

const folder = mkdtempSync(join(tmpdir(), 'end-to-end-'));
afterAll(() => rmSync(folder, { recursive: true }));

test.each(oneOf(2, PIPELINE_FORMATS.toSorted(), 1))(
  'every row of a %s file is read, and DuckDB reads the same',
  async (format) => {
    const world = benchmarkWorld('linux-6.12', SMALL, 1);
    const options = { seed: 1, rows: 3000, rounds: 2, workers: 1, hasMore: false };
    await makePipelineFiles(world, format, folder, options);
    const result = await timePipeline(world, format, folder, options);
    expect(result).toMatchObject({ format, rows: 3000, bytes: expect.any(Number) });
    expect(result.timings.length).toBe(format === 'arrow' ? 1 : 2);
    expect(result.ratio === null).toBe(format === 'arrow');
    const text = pipelineText({ ...result, world: SMALL.name, workers: 1, peakMemory: 5e6 });
    expect(text).toContain(`${format}, small world, 3,000 rows, `);
    expect(text).toContain('  5 MB peak memory');
  },
);

describe('readPipelineOptions', () => {
  it('accepts formats, worlds and numbers, and errors name the valid ones', () => {
    const options = readPipelineOptions(['--format', 'csv,arrow', '--quick']);
    expect(options).toMatchObject({ formats: ['csv', 'arrow'], rounds: 3, world: 'large' });
    expect(options && rowsOf('csv', options)).toBe(500_000);
    expect(() => readPipelineOptions(['--format', 'orc'])).toThrow(
      '--format must be one of arrow, parquet, csv, ndjson, got orc',
    );
    expect(() => readPipelineOptions(['--rows', 'many'])).toThrow('--rows must be an integer of at least 1, got many');
    expect(readPipelineOptions(['--help'])).toBeNull();
  });
});

test('thresholds report whether a minimum holds, the distance to the target, and what was not measured', () => {
  const ratios = {
    random_small_vs_native: spreadOf([2.5]),
    random_large_vs_native: spreadOf([1.2]),
    pool_scaling: spreadOf([1.97]),
  };
  const startUp = [
    { command: 'node -e 0', milliseconds: spreadOf([100]), timesNode: spreadOf([1]) },
    { command: 'check', milliseconds: spreadOf([250]), timesNode: spreadOf([2.5]) },
  ];
  const outputs = {
    isInMemory: true,
    rows: 1,
    timings: [],
    ratios: { arrow_out_vs_in: spreadOf([4]), csv_out_vs_duckdb: spreadOf([3]) },
  };
  const lines = thresholdsText(thresholdsOf(ratios, [], [outputs], startUp)).split('\n');
  const line = (name: string): string | undefined => lines.find((some) => some.includes(name))?.replace(/ +/g, ' ');
  expect(line('random_small')).toBe(' random_small_vs_native 2.50 minimum 2, holds; target 3, 83% of it');
  expect(line('random_large')).toBe(
    ' random_large_vs_native 1.20 minimum 1.6, DOES NOT HOLD: 75% of it; target 2.2, 54% of it',
  );
  expect(line('pool_scaling')).toBe(' pool_scaling 1.97 minimum 1.85, holds; target 1.95, reached');
  expect(line('arrow_out')).toBe(' arrow_out_vs_in 4.00 at most 3, DOES NOT HOLD: 75% of it; target 1.8, 45% of it');
  expect(line('csv_out')).toBe(' csv_out_vs_duckdb 3.00 minimum 2.5, holds; target 5, 60% of it');
  expect(line('csv_vs')).toBe(' csv_vs_duckdb not measured minimum 0.7');
  expect(line('start_of')).toBe(' node_vs_start_of_check 0.40 minimum 0.5, DOES NOT HOLD: 80% of it');
});
