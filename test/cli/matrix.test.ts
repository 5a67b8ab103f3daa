import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { createEvaluator } from '../../src/engine/evaluator.js';
import { parseScenario } from '../../src/scenario/parse_scenario.js';
import { inProcess, ROOT } from './run_cli.js';

const FLEET = 'examples/fleet.yaml';
const temporary = mkdtempSync(join(tmpdir(), 'bpftoken-matrix-'));
afterAll(() => rmSync(temporary, { recursive: true }));

describe('matrix', () => {
  // Delegated types and what a missing capability keeps away; a capability that an LSM refuses, which two commands
  // return differently; no token at all; no user namespace but the token's own in the reviewed design.
  test.each([
    ['delegated', ['--task', 'net-agent', '--token', 'container-token']],
    ['lsm', ['--task', 'container-root', '--token', 'no-network-token']],
    ['no-token', ['--task', 'host-monitor']],
    ['attach-types', ['--task', 'collector', '--token', 'service-token']],
    ['other-userns-v12', ['--task', 'host-agent', '--token', 'container-token', '--profile', 'v12']],
  ])('for people: %s', async (name, args) => {
    const { code, stdout, stderr } = await inProcess(['matrix', FLEET, ...args]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    await expect(stdout).toMatchFileSnapshot(`golden/matrix-${name}.txt`);
  });

  test('--csv is a table of verdicts: asked again row by row, each is what eval answers', async () => {
    const args = ['--task', 'net-agent', '--token', 'no-network-token'];
    const { code, stdout } = await inProcess(['matrix', FLEET, ...args, '--csv']);
    expect(code).toBe(0);
    const asked = join(temporary, 'matrix.csv');
    const answered = join(temporary, 'eval.csv');
    writeFileSync(asked, stdout);
    expect((await inProcess(['eval', FLEET, '--requests', asked, '--out', answered])).code).toBe(0);
    // All but the line, which only rows of a file have.
    const cells = (text: string) => text.split('\n').map((line) => line.replace(/^(\d+),\d*/, '$1,'));
    expect(cells(readFileSync(answered, 'utf8'))).toEqual(cells(stdout));
    expect(stdout.split('\n').length).toBeGreaterThan(2000);
  });

  test('--json has the sets of a permission set, and every cell', async () => {
    const { stdout } = await inProcess(['matrix', FLEET, '--task', 'collector', '--token', 'service-token', '--json']);
    const json = JSON.parse(stdout);
    const { world } = parseScenario(readFileSync(join(ROOT, FLEET), 'utf8'));
    const permissionSet = createEvaluator(world).permissionSet('collector', 'service-token');
    expect(json).toMatchObject({ profile: 'linux-6.12', task: 'collector', token: 'service-token' });
    expect(BigInt(json.allowed.map_types)).toBe(permissionSet.mapTypes);
    expect(BigInt(json.allowed.expected_attach_types.kprobe)).toBe(permissionSet.attachTypes(2));
    expect(json.cells).toContainEqual({
      cmd: 'prog_load',
      map_type: null,
      prog_type: 'tracing',
      expected_attach_type: 'modify_return',
      verdict: 'denied',
      errno: 'EPERM',
      reason: 'cap_bpf_missing_unpriv_disabled',
      reason_text: 'CAP_BPF is missing while unprivileged BPF is disabled',
      token: 'dropped_attach_type',
      takes_token: true,
      failed_by_dropped_token: true,
    });
    const undecided = json.cells.filter(({ verdict }: { verdict: string }) => verdict === 'undecided');
    expect(undecided.map(({ cmd }: { cmd: string }) => cmd)).toEqual(['token_create']);
  });

  test.each([
    [[], /--task is missing: one of host-root, /],
    [['--task', 'colector'], /no task colector; did you mean collector\?/],
    [['--task', 'web', '--token', 'container-tokn'], /no token container-tokn; did you mean container-token\?/],
    [['--task', 'web', '--profile', 'linux-6.13.1'], /--profile linux-6\.13\.1: .*did you mean linux-6\.13\?/],
    [['--task', 'web', '--json', '--csv'], /'--csv' cannot be used with option '--json'/],
  ])('%j is a usage error', async (args, message) => {
    const { code, stderr, stdout } = await inProcess(['matrix', FLEET, ...args]);
    expect(stderr).toMatch(message);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });
});
