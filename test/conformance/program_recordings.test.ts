import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';

// Recordings of what programs may do (docs/recordings.md): whether they are whole and say what they are said to.

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const FILES = readdirSync(join(ROOT, 'recordings')).filter((name) => name.startsWith('programs-'));
const EPERM = 1;

interface Asked {
  readonly family: 'helpers' | 'liberties';
  readonly case: string;
  readonly kernel: string;
  readonly userns: string;
  readonly caps: readonly string[];
  readonly token: boolean;
  readonly token_userns: string | null;
}

interface Helpers extends Asked {
  readonly family: 'helpers';
  readonly load_errno: number | null;
  readonly permitted: readonly number[];
  readonly refused: readonly number[];
  readonly other: Readonly<Record<string, string>>;
  readonly gpl_restricted: readonly number[];
  readonly target_disallows: readonly number[];
  readonly needs_sleepable: readonly number[];
}

interface Liberty extends Asked {
  readonly family: 'liberties';
  readonly test: string;
  readonly mitigations: string;
  readonly result: { readonly ok: boolean; readonly errno: number };
}

const json = (path: string) => JSON.parse(readFileSync(join(ROOT, path), 'utf8'));

function read(name: string): { bytes: Buffer; records: (Helpers | Liberty)[] } {
  const bytes = gunzipSync(readFileSync(join(ROOT, 'recordings', name)));
  const lines = bytes.toString('utf8').trimEnd().split('\n');
  return { bytes, records: lines.map((line) => JSON.parse(line)) };
}

/** The release and whether the mitigations were off. */
function partsOf(name: string): { release: string; mitigations: string } {
  const [, release, off] = /^programs-linux-(\d+\.\d+)(-mitigations-off)?\.ndjson\.gz$/.exec(name) ?? [];
  if (release === undefined) throw new Error(`${name} is not named like a recording of programs`);
  return { release, mitigations: off === undefined ? 'auto' : 'off' };
}

describe.each(FILES)('%s', (name) => {
  const { bytes, records } = read(name);
  const helpers = records.filter((record) => record.family === 'helpers');
  const liberties = records.filter((record) => record.family === 'liberties');
  const { release, mitigations } = partsOf(name);

  test('is what index.json says', () => {
    const entry = json('recordings/index.json')[name];
    expect(entry).toMatchObject({ mitigations, records: records.length, kernel: records[0]?.kernel });
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(entry.sha256);
    expect(new Set(records.map((record) => record.case)).size).toBe(records.length);
    expect(liberties.every((record) => record.mitigations === mitigations)).toBe(true);
  });

  test('every helper of the kernel is answered, once, where the program loads', () => {
    const all = Object.values(json(`vocabulary/${release}.json`).helpers as Record<string, number>);
    for (const record of helpers) {
      const { permitted, refused, other } = record;
      const answered = [...permitted, ...refused, ...Object.keys(other).map(Number)].sort((a, b) => a - b);
      expect(answered).toEqual(record.load_errno === null ? all : []);
      const stopped = [...record.gpl_restricted, ...record.target_disallows, ...record.needs_sleepable];
      expect(stopped.filter((id) => !permitted.includes(id))).toEqual([]);
    }
  });

  test('all capabilities of a namespace are worth nothing without its token', () => {
    const without = records.filter(({ userns, token }) => userns !== 'init' && !token);
    const nothing = new Map(
      records.filter(({ caps }) => caps.length === 0).map((record) => [keyOf(record), answerOf(record)]),
    );
    expect(without.length).toBeGreaterThan(0);
    for (const record of without) expect(answerOf(record)).toBe(nothing.get(keyOf(record)) ?? answerOf(record));
  });

  test('with the token, all four capabilities load every program', () => {
    const refused = helpers.filter(({ token, caps, load_errno }) => token && caps.length === 4 && load_errno === EPERM);
    expect(refused).toEqual([]);
  });
});

/** What is asked, without the caller. */
function keyOf(record: Helpers | Liberty): string {
  const keys = ['test', 'prog_type', 'expected_attach_type', 'attach_target', 'sleepable', 'gpl'];
  return JSON.stringify(keys.map((key) => (record as unknown as Record<string, unknown>)[key]));
}

function answerOf(record: Helpers | Liberty): string {
  return record.family === 'helpers'
    ? JSON.stringify([record.load_errno, record.permitted])
    : JSON.stringify(record.result);
}
