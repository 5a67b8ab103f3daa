import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { forgedLines, HOSTILE, hiddenIn } from './hostile.js';
import { inProcess, ROOT } from './run_cli.js';

const FOLDER = mkdtempSync(join(tmpdir(), 'bpftoken-needs-'));
afterAll(() => rmSync(FOLDER, { recursive: true }));

const object = (name: string) => join(ROOT, 'test/programs/objects', name);
function written(name: string, ...parts: readonly Uint8Array[]): string {
  writeFileSync(join(FOLDER, name), Buffer.concat(parts));
  return join(FOLDER, name);
}

test('an executable is told what the objects in it hold', async () => {
  const code = Buffer.from('\x7fELF\x02\x01\x01 of another machine, and more');
  const file = written('tool', code, readFileSync(object('maps.o')), code, readFileSync(object('section_xdp.o')));
  const { code: status, stdout } = await inProcess(['needs', file]);
  expect(status).toBe(0);
  expect(stdout).toContain(`${file}: BPF object at byte ${code.length}, `);
  expect(stdout).toMatch(/program count \(tc\): sched_cls, attach type cgroup_inet_ingress/);
  expect(stdout).toMatch(/program xdp_frags \(xdp\.frags\): xdp, attach type xdp\n/);
  expect(stdout).toMatch(/map pinned: array, key 4, value 64, 1 entry; pinned by name/);
  const { files } = JSON.parse((await inProcess(['needs', file, '--json'])).stdout);
  expect(files[0]).toMatchObject({ kind: 'executable', objects: [{ offset: code.length }, {}], errors: [] });
});

test('a light skeleton in an executable is told', async () => {
  const blob = readFileSync(join(ROOT, 'test/programs/light_skeletons/data.bin'));
  const file = written('light', Buffer.from('some code'), blob);
  const { code, stdout } = await inProcess(['needs', file]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/light: light skeleton at byte [\d,]+, which uses no token\n {2}program use: kprobe, /);
  expect(stdout).toMatch(/map data\.rodata: array, key 4, value 8, 1 entry, flags 0x480/);
});

describe('rules are those of a release of libbpf', () => {
  test.each([
    ['1.6', /program fsession \(fsession\/do_nanosleep\): libbpf 1\.6 has no rule for this section/],
    ['1.7', /program fsession \(fsession\/do_nanosleep\): tracing, attach type trace_fsession/],
  ])('%s', async (release, expected) => {
    expect((await inProcess(['needs', object('section_fsession.o'), '--libbpf', release])).stdout).toMatch(expected);
  });
});

test('a file without an object, and an object that is damaged, are bad input', async () => {
  const none = await inProcess(['needs', join(ROOT, 'package.json'), object('maps.o')]);
  expect(none).toMatchObject({ code: 2, stdout: expect.stringContaining('package.json: no BPF object in it') });
  const bytes = readFileSync(object('maps.o'));
  const cut = written('cut.o', bytes.subarray(0, 1000));
  const damaged = await inProcess(['needs', cut]);
  expect(damaged).toMatchObject({ code: 2, stdout: '' });
  expect(damaged.stderr).toMatch(
    /cut\.o: byte 1000: the first section header must be within the file, which has 1000 bytes/,
  );
  const within = await inProcess(['needs', written('broken', Buffer.from('text'), bytes.subarray(0, 1000))]);
  expect(within).toMatchObject({
    code: 2,
    stdout: expect.stringContaining('an object that cannot be read: byte 1004: '),
  });
});

test('names in an object reach the terminal escaped', async () => {
  const bytes = readFileSync(object('section_uprobe.o'));
  // A name of as many bytes, with a line feed and an escape character.
  const hostile = Buffer.from(bytes.toString('latin1').replaceAll('/bin/sh:main', '\n\x1b[31m:main0'), 'latin1');
  const { code, stdout } = await inProcess(['needs', written('hostile.o', hostile)]);
  expect(code).toBe(0);
  expect(stdout).toContain('uprobe/\\n\\x1b[31m:main');
  expect(hiddenIn(stdout)).toEqual([]);
  const named = await inProcess(['needs', written(HOSTILE.replaceAll('/', ''), bytes)]);
  expect(hiddenIn(named.stdout)).toEqual([]);
  expect(forgedLines(named.stdout)).toEqual([]);
});
