import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { some } from '../cases.js';
import { bpftoken, inProcess, interruptedAfter } from './run_cli.js';

const temporary = mkdtempSync(join(tmpdir(), 'bpftoken-fuzz-'));
afterAll(() => rmSync(temporary, { recursive: true }));

interface Summary {
  readonly [key: string]: unknown;
}

/** A campaign's summary without what time and threads change. */
async function campaign(...args: string[]): Promise<Summary> {
  const { code, stdout, stderr } = await inProcess(['fuzz', '--json', ...args]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const { elapsed_ms, cases_per_second, workers, ...rest } = JSON.parse(stdout);
  expect([typeof elapsed_ms, typeof cases_per_second, typeof workers]).toEqual(['number', 'number', 'number']);
  return rest;
}

describe('a campaign', () => {
  test('that finds nothing says what it compared, and its exit status is 0', async () => {
    const { code, stdout, stderr } = await inProcess(['fuzz', '--cases', '4200']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^seed 1: 4,200 cases in 70 worlds, \S+ s on \d+ workers, [\d,.]+( million)? a second\n/);
    expect(stdout).toContain('the model and the hot path agree on every one\n');
    expect(stdout).toMatch(/profiles: v11 [\d,]+, v12 .*linux-7\.3/);
    expect(stdout).toMatch(/\n +[\d,]+ +\d+\.\d% +no_permission_needed\n/);
    expect(stdout).toMatch(/\n +[\d,]+ +\d+\.\d% +dropped_attach_type\n/);
  });

  test.each(some(0, ['has the same cases for any number of workers, others for another seed']))('%s', async () => {
    const [one, two, other] = await Promise.all([
      campaign('--cases', '4200', '--workers', '1'),
      campaign('--cases', '4200', '--workers', '2'),
      campaign('--cases', '4200', '--workers', '2', '--seed', '2'),
    ]);
    expect(one).toMatchObject({ seed: 1, cases: 4200, worlds: 70, disagreements: 0, findings: [] });
    expect(two).toEqual(one);
    expect(other).not.toEqual(one);
  });

  test('of some profiles compares those alone, and names what was never reached', async () => {
    const summary = await campaign('--cases', '120', '--workers', '1', '--profile', 'v12', 'linux-6.12');
    expect(summary).toMatchObject({ profiles: { v12: 60, 'linux-6.12': 60 }, worlds: 2 });
    expect((summary.outcomes_never_reached as string[]).length).toBeGreaterThan(0);
    const { stdout } = await inProcess(['fuzz', '--cases', '120', '--workers', '1', '--profile', 'v12']);
    expect(stdout).toMatch(/\n {2}never: \w+/);
  });

  test('ends when its time is over', async () => {
    expect((await campaign('--for', '300ms', '--workers', '1')).cases).toBeGreaterThan(0);
  });

  test('ends with Ctrl-C: a summary so far, and exit status 130', async () => {
    const { code, stdout, stderr } = await bpftoken(['fuzz', '--for', '10m'], { env: interruptedAfter(500) });
    expect({ code, stderr }).toEqual({ code: 130, stderr: '' });
    expect(stdout).toMatch(/^seed 1: [\d,]+ cases in [\d,]+ worlds/);
    expect(stdout).toContain('interrupted: this is what was compared until then');
  });
});

describe('a case', () => {
  test('comes back the same from its identity, as a scenario', async () => {
    const [first, second] = await Promise.all([1, 2].map(() => inProcess(['fuzz', '--case', '1-2f3a-17'])));
    expect(first).toEqual(second);
    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(first?.stdout).toMatch(/^# case 1-2f3a-17, \S+: the model and the hot path agree\n# both +\S/);
  });

  test('can be asked why', async () => {
    const scenario = join(temporary, 'case.yaml');
    // One whose tokens the kernel of its world makes.
    for (let index = 0; index < 20; index++) {
      const { stdout } = await inProcess(['fuzz', '--case', `1-0-${index}`]);
      if (/^# (no scenario file|a file cannot)/m.test(stdout)) continue;
      writeFileSync(scenario, stdout);
      const { code, stderr } = await inProcess(['explain', scenario, '--request', '1']);
      // Of fields that the command does not read a case may have any value.
      expect(stderr.replace(/^warning: .* means nothing to \w+\n/gm, '')).toBe('');
      expect([0, 1]).toContain(code);
      expect((await inProcess(['test', scenario])).code).toBe(0);
      return;
    }
    throw new Error('no case of the world can be written');
  });

  test('as JSON', async () => {
    const { code, stdout } = await inProcess(['fuzz', '--case', '1-2f3a-17', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      case: '1-2f3a-17',
      agree: true,
      answers: { model: {}, decide_request: {} },
    });
  });
});

test.each([
  [['--case', '1-2'], /--case 1-2: an identity is expected, say 1-2f3a-17/],
  [['--for', '60'], /--for 60: a duration is expected, say 500ms, 60s or 2m/],
  [['--cases', '0'], /--cases 0: a whole number from 1 on/],
  [['--cases', 'many'], /--cases many: a whole number/],
  [['--workers', '0'], /--workers 0: a whole number from 1 to 256/],
  [['--profile', 'linux-6.99'], /--profile linux-6\.99: .*did you mean/],
])('%j is a usage error', async (args, message) => {
  const { code, stdout, stderr } = await inProcess(['fuzz', ...args]);
  expect(stderr).toMatch(message);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
});
