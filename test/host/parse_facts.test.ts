import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { factsText } from '../../src/host/facts/facts_text.js';
import { parseFacts } from '../../src/host/facts/parse_facts.js';
import { parseStatus } from '../../src/host/snapshot/process_status.js';
import { cases } from '../cases.js';
import { anyHost } from './random_host.js';
import { SMALL_HOST } from './small_host.js';

const parsed = (text: string) => JSON.parse(JSON.stringify(parseFacts(text)));

test('a saved copy has the facts that were saved, whatever they are', () => {
  fc.assert(
    fc.property(anyHost, (facts) => {
      expect(parsed(factsText(facts))).toEqual({ facts: JSON.parse(JSON.stringify(facts)) });
    }),
    { numRuns: cases(60, 3_000) },
  );
});

test('a saved copy has a line for each process, namespace and descriptor, and nothing that a terminal obeys', () => {
  const hostile = '\u001b[2J\u202e';
  const processes = SMALL_HOST.processes.map((process) => ({ ...process, comm: hostile }));
  const text = factsText({ ...SMALL_HOST, machine: hostile, processes });
  expect(text.split('\n').filter((line) => line.startsWith('{"pid":')).length).toBe(4);
  expect(text).toMatch(/^[\n -~]*$/);
});

/** Every value of the facts, by its path. */
function* pathsOf(value: unknown, path: (string | number)[] = []): Generator<(string | number)[]> {
  if (path.length > 0) yield path;
  if (typeof value !== 'object' || value === null) return;
  const keys = Array.isArray(value) ? value.keys() : Object.keys(value);
  for (const key of keys) yield* pathsOf((value as Record<string, unknown>)[key], [...path, key]);
}

/** The facts with another value, or none, at a path. */
function changed(path: readonly (string | number)[], value: unknown): string {
  const copy = JSON.parse(JSON.stringify(SMALL_HOST)) as Record<string | number, unknown>;
  const parent = path.slice(0, -1).reduce((at, key) => at[key] as typeof copy, copy);
  const last = path.at(-1) as string | number;
  if (value !== undefined) parent[last] = value;
  else if (!Array.isArray(parent)) delete parent[last];
  return factsText(copy as never);
}

const shownPath = (path: readonly (string | number)[]): string =>
  path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`))
    .join('')
    .slice(1);

describe('a copy of another form is refused', () => {
  const paths = [...pathsOf(SMALL_HOST)];

  test('with the path of each value that is of another kind, and its place', () => {
    expect(paths.length).toBeGreaterThan(100);
    for (const path of paths) {
      for (const wrong of [{ a: 1 }, -1, 1.5, true]) {
        const text = changed(path, wrong);
        const { problem } = parsed(text);
        expect(problem?.message, shownPath(path)).toMatch(/ is expected$/);
        const lines = text.split('\n');
        expect(lines[problem.line - 1]?.slice(problem.column - 1)).toMatch(/^(?:\{"a":1\}|-1|1\.5|true)/);
        expect(problem.message.slice(0, shownPath(path).length + 2)).toBe(`${shownPath(path)}: `);
      }
    }
  });

  test('where a key is missing', () => {
    for (const path of paths.filter((one) => typeof one.at(-1) === 'string')) {
      const { problem } = parsed(changed(path, undefined));
      expect(problem?.message).toContain(`an object with ${path.at(-1)} is expected`);
    }
  });

  test.each([
    ['', 1, 1, 'this is no JSON'],
    ['{\n  "schema": oops }', 2, 13, 'this is no JSON'],
    ['[]', 1, 1, 'an object is expected'],
    ['{"schema": "bpf-token-sim/host-facts/2"}', 1, 12, 'schema: one of bpf-token-sim/host-facts/1 is expected'],
  ])('%j', (text, line, column, message) => {
    expect(parsed(text)).toEqual({ problem: { line, column, message } });
  });

  test('cut off anywhere', () => {
    const text = factsText(SMALL_HOST);
    for (let end = 0; end < text.length - 2; end += 37) expect(parsed(text.slice(0, end))).toHaveProperty('problem');
  });
});

describe('/proc/PID/status', () => {
  const status = (more: string) =>
    `Name:\tcat\nState:\tS (sleeping)\nPPid:\t1\nUid:\t1\t2\t3\t4\nGid:\t5\t6\t7\t8\nNSpid:\t9\t1\n${more}` +
    'CapPrm:\t0000000000000001\nCapEff:\t0000000000000002\nCapBnd:\t0000000000000003\n';

  test('has credentials and pids', () => {
    expect(parseStatus(9, status('Kthread:\t0\n'))).toEqual({
      comm: 'cat',
      uid: [1, 2, 3, 4],
      gid: [5, 6, 7, 8],
      effective: '0000000000000002',
      permitted: '0000000000000001',
      bounding: '0000000000000003',
      nspid: [9, 1],
      isKernelThread: false,
      hasEnded: false,
    });
  });

  test('tells threads of the kernel and processes that have ended, on kernels that do not say it too', () => {
    expect(parseStatus(9, status('Kthread:\t1\n'))?.isKernelThread).toBe(true);
    expect(parseStatus(9, status('').replace('PPid:\t1', 'PPid:\t2'))?.isKernelThread).toBe(true);
    expect(parseStatus(2, status('').replace('PPid:\t1', 'PPid:\t0'))?.isKernelThread).toBe(true);
    expect(parseStatus(9, status('Kthread:\t0\n').replace('PPid:\t1', 'PPid:\t2'))?.isKernelThread).toBe(false);
    expect(parseStatus(9, status('').replace('S (sleeping)', 'Z (zombie)'))?.hasEnded).toBe(true);
  });

  test('of a process that ends while it is read says nothing', () => {
    expect(parseStatus(9, '')).toBeUndefined();
    expect(parseStatus(9, status('').replace(/CapEff.*\n/, ''))).toBeUndefined();
  });
});
