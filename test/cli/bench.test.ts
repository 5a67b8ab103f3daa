import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Outcome } from '../../src/abi/verdict.js';
import { createEvaluator } from '../../src/engine/evaluator.js';
import { isAllowed, OUTCOMES } from '../../src/kernel/verdict.js';
import { checksumOf } from '../../src/loadtest/statistics.js';
import { parseScenario } from '../../src/scenario/parse_scenario.js';
import { generateRequests } from '../../src/workload/generate_requests.js';
import { bpftoken, inProcess, interruptedAfter, ROOT } from './run_cli.js';

const FLEET = 'examples/fleet.yaml';
const temporary = mkdtempSync(join(tmpdir(), 'bpftoken-bench-'));
afterAll(() => rmSync(temporary, { recursive: true }));
const QUICK = ['--for', '50ms', '--rows', '50k'];
const { world } = parseScenario(readFileSync(join(ROOT, FLEET), 'utf8'), FLEET);

/** How often the evaluator gives which verdict to the requests of a seed. */
function tallied(seed: number, rows: number): Float64Array {
  const counts = new Float64Array(256);
  const evaluator = createEvaluator(world);
  for (const chunk of generateRequests(world, seed, rows)) {
    const verdicts = new Uint8Array(chunk.rows);
    evaluator.decideBatch(chunk.columns, verdicts);
    for (const verdict of verdicts) counts[verdict] = (counts[verdict] as number) + 1;
  }
  return counts;
}

describe('bpftoken bench', () => {
  test('says how fast, how long a batch takes, what the answers were and what was asked', async () => {
    const { code, stdout, stderr } = await inProcess(['bench', FLEET, ...QUICK, '--workers', '2', '--batch', '1000']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const [speed, latency, answers, asked, ...rest] = stdout.split('\n');
    expect(speed).toMatch(/^[\d.,]+( million)? a second: median of 1 window, from .* to .* a second$/);
    expect(latency).toMatch(
      /^a batch of 1,000: p50 \S+ [µm]s, p99 \S+ [µm]s, p999 \S+ [µm]s, longest .* of [\d,]+ batch/,
    );
    expect(answers).toMatch(/^allowed \d+\.\d%, checksum [0-9a-f]{8}$/);
    expect(asked).toBe(
      `asked: ${FLEET}, linux-6.12, 11 tasks, 7 tokens; 50,000 requests drawn with seed 1; 2 workers, Node ${process.version}`,
    );
    expect(rest).toEqual(['']);
  });

  test('has the checksum of what the evaluator answers, whatever the workers; another for another seed or kernel', async () => {
    const json = async (...args: string[]) => {
      const { code, stdout, stderr } = await inProcess(['bench', FLEET, ...QUICK, '--json', ...args]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      return JSON.parse(stdout);
    };
    const [one, three, seed, profile] = await Promise.all([
      json('--workers', '1'),
      json('--workers', '3', '--batch', '100'),
      json('--seed', '2'),
      json('--profile', 'v12'),
    ]);
    const counts = tallied(1, 50_000);
    const allowed = counts.reduce((sum, n, byte) => sum + (isAllowed((byte % OUTCOMES) as Outcome) ? n : 0), 0);
    expect(one).toMatchObject({
      profile: 'linux-6.12',
      rows: 50_000,
      seed: 1,
      batch_rows: 16_384,
      workers: 1,
      windows: 1,
      checksum: checksumOf(counts),
      allowed_share: allowed / 50_000,
      interrupted: false,
    });
    expect(one.checks).toBe(one.batches * 16_384);
    expect(three).toMatchObject({
      workers: 3,
      batch_rows: 100,
      checksum: one.checksum,
      allowed_share: one.allowed_share,
    });
    expect(seed).toMatchObject({ workers: availableParallelism(), checksum: checksumOf(tallied(2, 50_000)) });
    expect(profile.profile).toBe('v12');
    expect(profile.checksum).not.toBe(one.checksum);
  });

  test('ends with Ctrl-C: what was measured until then, and exit status 130', async () => {
    const { code, stdout, stderr } = await bpftoken(['bench', FLEET, '--for', '10m', '--rows', '20k', '--json'], {
      env: interruptedAfter(500),
    });
    expect(code).toBe(130);
    // On a machine so slow that nothing was measured in half a second, it says just that.
    if (stdout === '') expect(JSON.parse(stderr)).toMatchObject({ code: 'ABORTED' });
    else expect(JSON.parse(stdout)).toMatchObject({ interrupted: true, rows: 20_000 });
  });

  test.each([
    [['--for', '5'], /--for 5: a duration is expected, say 500ms/],
    [['--rows', '0'], /--rows 0: a whole number from 1 to 100000000/],
    [['--rows', '2G'], /--rows 2G: a whole number from 1 to/],
    [['--batch', '0'], /--batch 0: a whole number from 1 to/],
    [['--rows', '10', '--batch', '11'], /--batch 11: .*\(--rows 10\)/],
    [['--workers', '64'], /--workers 64: a whole number from 1 to 63/],
    [['--seed', '-1'], /--seed -1: a whole number/],
    [['--profile', 'v13'], /--profile v13: .*did you mean/],
  ])('%j is a usage error', async (args, message) => {
    const { code, stdout, stderr } = await inProcess(['bench', FLEET, ...args]);
    expect(stderr).toMatch(message);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });

  test('a scenario without tasks is an error', async () => {
    const scenario = join(temporary, 'nobody.yaml');
    writeFileSync(scenario, 'profile: v12\n');
    const result = await inProcess(['bench', scenario]);
    expect(result).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('the scenario defines no tasks'),
    });
  });
});
