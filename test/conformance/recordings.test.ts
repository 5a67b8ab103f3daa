import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { readRecord } from '../../src/conformance/read_record.js';
import type { RecordedCase } from '../../src/conformance/record.js';
import { RecordingReplay, type ReplayOptions } from '../../src/conformance/replay.js';
import type { ReplayStats } from '../../src/conformance/replay_stats.js';
import { switched, WRONG_RULES, WRONG_SIDES } from './broken_implementations.js';

// What is stored of real kernels. A fixed sample by default; RECORDINGS=all replays every case.

const FOLDER = fileURLToPath(new URL('../../recordings', import.meta.url));
const FILES = existsSync(FOLDER) ? readdirSync(FOLDER).filter((name) => /^linux-.*\.ndjson\.gz$/.test(name)) : [];
const isAll = process.env.RECORDINGS === 'all';
/** One case of this many. */
const SAMPLE = isAll ? 1 : 20;
/** Of a recording made wrong on purpose; some rules show in few cases. */
const WRONG_SAMPLE = isAll ? 1 : 10;

/** Records that are asked before looking whether any disagrees. */
const PART = 1000;

/** The last that was read, for the tests that ask it again and again. */
let last: { readonly key: string; readonly records: readonly RecordedCase[] } | undefined;

function recordsOf(name: string, every: number): readonly RecordedCase[] {
  const key = `${name}/${every}`;
  if (last?.key !== key) {
    const lines = gunzipSync(readFileSync(join(FOLDER, name)))
      .toString('utf8')
      .split('\n');
    const some = lines.map((line, i) => (i % every === 0 ? readRecord(line, name, i + 1) : undefined));
    last = { key, records: some.filter((record) => record !== undefined) };
  }
  return last.records;
}

function replay(name: string, every: number): ReplayStats {
  const run = new RecordingReplay();
  run.push(name, recordsOf(name, every));
  run.endOfFile(name);
  return run.stats;
}

/** Whether a recording disagrees somewhere; what comes after the first such part of it is not asked. */
function disagrees(name: string, every: number, options: ReplayOptions): boolean {
  const records = recordsOf(name, every);
  const run = new RecordingReplay(options);
  for (let at = 0; at < records.length; at += PART) {
    run.push(name, records.slice(at, at + PART));
    run.endOfFile(name);
    if (run.stats.disagreed > 0) return true;
  }
  return false;
}

describe('stored recordings', () => {
  test.each(FILES)('%s: no disagreement, at most 5% outside the model', (name) => {
    const stats = replay(name, SAMPLE);
    expect(stats.first.map(({ compared }) => compared.record.case)).toEqual([]);
    expect(stats).toMatchObject({ disagreed: 0, otherReadings: 0 });
    expect(stats.cases).toBeGreaterThanOrEqual(30_000 / SAMPLE - 1);
    const outside = [...stats.families.values()].flatMap((family) => [...family.outside.values()]);
    expect(outside.reduce((sum, n) => sum + n, 0)).toBeLessThanOrEqual(stats.cases / 20);
    expect([...stats.families.keys()].sort()).toEqual(['lsm', 'mount_options', 'token_create', 'use']);
  });

  // The newest has every command, and the late check of file flags.
  const newest = FILES.toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true })).at(-1) as string;

  test('looked at in parts they agree as well', () => {
    expect(disagrees(newest, WRONG_SAMPLE, {})).toBe(false);
  });

  test.each(WRONG_RULES)('%s: %s is caught', (rule, value) => {
    expect(disagrees(newest, WRONG_SAMPLE, switched(rule, value))).toBe(true);
  });

  test.each(WRONG_SIDES)('%s: caught', (_why, implementations) => {
    expect(disagrees(newest, WRONG_SAMPLE, { implementations })).toBe(true);
  });
});
