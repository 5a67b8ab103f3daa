import { expect, test, vi } from 'vitest';
import { readRecords } from '../../src/conformance/read_lines.js';
import type { RecordedCase, UseRecord } from '../../src/conformance/record.js';
import { use } from '../conformance/records.js';
import { read, smallWorld } from '../tables/small_world.js';

async function recordsOf(text: string): Promise<RecordedCase[]> {
  const found: RecordedCase[] = [];
  const source = (async function* () {
    yield text;
  })();
  for await (const records of readRecords(source, 'r.ndjson')) found.push(...records);
  return found;
}

test('blank lines of a recording or a table, of any white space, are passed without an exception each', async () => {
  const parse = vi.spyOn(JSON, 'parse');
  try {
    const blank = ['', ' ', '\t\r', '\u000b', '\u00a0\ufeff']
      .map((line) => `${line}\n`)
      .join('')
      .repeat(1000);
    const records = await recordsOf(`${blank}${JSON.stringify(use('ok'))}\n${blank}`);
    expect(records.map(({ line }) => line)).toEqual([5001]);
    expect((await read(smallWorld(), 'ndjson', [`${blank}{"task":"root","cmd":"btf_load"}\n`])).rows).toHaveLength(1);
    expect(parse.mock.calls.length).toBeLessThanOrEqual(2);
  } finally {
    parse.mockRestore();
  }
});

test('a tree is read in few rounds, in whatever order a recording lists it', async () => {
  const wide = 4000;
  const tree: object[] = [];
  for (let i = 0; i < wide; i++) {
    tree.push({ ns: `c${i}`, parent: `b${i}`, owner_uid: 0 }, { ns: `b${i}`, parent: `a${i}`, owner_uid: 0 });
    tree.push({ ns: `a${i}`, parent: 'init', owner_uid: 0 });
  }
  const [record] = await recordsOf(
    JSON.stringify(use('ok', { tree: [...tree, { ns: 'u1', parent: 'init', owner_uid: 0 }] })),
  );
  const read = (record as UseRecord).tree;
  expect(read).toHaveLength(3 * wide + 2);
  const known = new Set<string | null>([null]);
  for (const { name, parent } of read) {
    expect(known.has(parent)).toBe(true);
    known.add(name);
  }
});
