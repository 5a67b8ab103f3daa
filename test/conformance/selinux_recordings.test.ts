import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { readRecord } from '../../src/conformance/read_record.js';
import type { RecordedCase, RecordedSelinux } from '../../src/conformance/record.js';
import { RecordingReplay, type ReplayOptions } from '../../src/conformance/replay.js';
import { ROOT } from '../cli/run_cli.js';
import { switched } from './broken_implementations.js';

// What kernels answered under policies of SELinux. A fixed sample by default; RECORDINGS=all replays every case.

const FOLDER = join(ROOT, 'recordings');
const FILES = readdirSync(FOLDER).filter((name) => /^selinux-linux-.*\.ndjson\.gz$/.test(name));
const SAMPLE = process.env.RECORDINGS === 'all' ? 1 : 8;

function recordsOf(name: string): readonly RecordedCase[] {
  const lines = gunzipSync(readFileSync(join(FOLDER, name)))
    .toString('utf8')
    .split('\n');
  const some = lines.map((line, i) => (i % SAMPLE === 0 ? readRecord(line, name, i + 1) : undefined));
  return some.filter((record) => record !== undefined);
}

function replay(name: string, records: readonly RecordedCase[], options: ReplayOptions = {}) {
  const run = new RecordingReplay(options);
  run.push(name, records);
  run.endOfFile(name);
  return run.stats;
}

/** The records with something of SELinux changed. */
const changed = (records: readonly RecordedCase[], change: (selinux: RecordedSelinux) => Partial<RecordedSelinux>) =>
  records.map((record) =>
    'selinux' in record && record.selinux
      ? { ...record, selinux: { ...record.selinux, ...change(record.selinux) } }
      : record,
  );

test('six kernels are there: on both sides of each change', () => {
  expect(FILES.map((name) => name.slice('selinux-linux-'.length, -'.ndjson.gz'.length)).sort()).toEqual(
    ['6.12', '6.19', '7.0', '7.1', '7.2', '7.3'].sort(),
  );
});

describe.each(FILES)('%s', (name) => {
  const records = recordsOf(name);

  test('no disagreement, at most 1% outside the model', () => {
    const stats = replay(name, records);
    expect(stats.first.map(({ compared }) => compared.record.case)).toEqual([]);
    expect(stats.cases).toBeGreaterThanOrEqual(4000 / SAMPLE);
    const outside = [...stats.families.values()].flatMap((family) => [...family.outside.values()]);
    expect(outside.reduce((sum, n) => sum + n, 0)).toBeLessThanOrEqual(stats.cases / 100 + 1);
  });

  test.each(['EACCES', 'EPERM', 'ok'])('the kernel answered %s to all three commands', (error) => {
    const cmds = records.flatMap((record) => {
      if (!('caller' in record) || (record.result.error ?? 'ok') !== error) return [];
      return 'cmd' in record ? [record.cmd] : [36];
    });
    // Before 7.0 no token is refused.
    const isLate = !/linux-6/.test(name);
    expect(new Set(cmds)).toEqual(new Set([...cmds, 0, 5, ...(error !== 'EACCES' || isLate ? [36] : [])]));
  });
});

describe('what is wrong is caught', () => {
  const newest = 'selinux-linux-7.3.ndjson.gz';
  const records = recordsOf(newest);

  test.each(['selinux_token_hooks', 'selinux_prog_load_by_token'] as const)('%s switched off', (rule) => {
    expect(replay(newest, records, switched(rule, false)).disagreed).toBeGreaterThan(0);
  });

  test.each([
    ['selinux-linux-6.19.ndjson.gz', 'selinux_token_hooks'],
    ['selinux-linux-7.2.ndjson.gz', 'selinux_prog_load_by_token'],
  ] as const)('%s with %s switched on', (name, rule) => {
    expect(replay(name, recordsOf(name), switched(rule, true)).disagreed).toBeGreaterThan(0);
  });

  test.each<[string, (selinux: RecordedSelinux) => Partial<RecordedSelinux>]>([
    ['every policy has the capability', () => ({ bpfTokenPerms: true })],
    ['the policy capability is the other way round', ({ bpfTokenPerms }) => ({ bpfTokenPerms: !bpfTokenPerms })],
    ['the bpffs is created by the caller', ({ caller }) => ({ grantor: caller })],
    ['the caller is who created the bpffs', ({ caller, grantor }) => ({ caller: grantor ?? caller })],
    ...(['bpf', 'capability2', 'cap_userns', 'cap2_userns'] as const).map(
      (name): [string, (selinux: RecordedSelinux) => Partial<RecordedSelinux>] => [
        `rules of class ${name} are ignored`,
        ({ rules }) => ({ rules: rules.filter(({ classes }) => !classes.includes(name)) }),
      ],
    ),
  ])('%s', (_, change) => {
    expect(replay(newest, changed(records, change)).disagreed).toBeGreaterThan(0);
  });
});
