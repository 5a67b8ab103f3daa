import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { createEvaluator } from '../../src/engine/evaluator.js';
import { permissionCells } from '../../src/kernel/permission_cells.js';
import { decodeVerdict, dispositionName, outcomeName } from '../../src/kernel/verdict.js';
import { NO_TOKEN } from '../../src/kernel/world.js';
import type { MatrixJson } from '../../src/report/schemas/matrix.js';
import { parseScenario } from '../../src/scenario/parse_scenario.js';
import { oneOf } from '../cases.js';
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

  test('the sets and verdicts of the model are those of an evaluator, for every task and token', async () => {
    const { world } = parseScenario(readFileSync(join(ROOT, FLEET), 'utf8'));
    const evaluator = createEvaluator(world);
    const cells = permissionCells(world.profile.vocabulary);
    for (const [i, { name: task }] of oneOf(12, world.tasks.entries())) {
      for (const token of [null, ...world.tokens.map(({ name }) => name)]) {
        const args = ['matrix', FLEET, '--task', task, ...(token === null ? [] : ['--token', token]), '--json'];
        const json = JSON.parse((await inProcess(args)).stdout);
        const id = token === null ? NO_TOKEN : world.tokens.findIndex(({ name }) => name === token);
        const sets = evaluator.permissionSet(i, id);
        const hex = (set: bigint): string => `0x${set.toString(16)}`;
        expect([task, token, json.allowed]).toEqual([
          task,
          token,
          {
            cmds: hex(sets.cmds),
            descriptor_cmds: hex(sets.descriptorCmds),
            map_types: hex(sets.mapTypes),
            prog_types: hex(sets.progTypes),
            expected_attach_types: Object.fromEntries(
              world.profile.vocabulary.names('prog_types').map((name, type) => [name, hex(sets.attachTypes(type))]),
            ),
            cgroup_skb_attach_types: hex(sets.cgroupSkbAttachTypes),
          },
        ]);
        const table = evaluator.permissionTable(i, id);
        expect(json.cells.map(({ reason, token: fate }: Record<string, string>) => `${reason} ${fate}`)).toEqual(
          cells.map(({ cmd, type, attachType }) => {
            const { outcome, disposition } = decodeVerdict(table.verdictOf(cmd, type, attachType));
            return `${outcomeName(outcome)} ${dispositionName(disposition)}`;
          }),
        );
      }
    }
  });

  describe('another profile did not say which requests it answers otherwise', () => {
    const args = ['matrix', FLEET, '--task', 'host-agent', '--token', 'container-token'];
    type Cell = Record<'cmd' | 'map_type' | 'prog_type' | 'expected_attach_type' | 'verdict' | 'errno', string | null>;
    const cellsOf = async (more: string[]): Promise<Cell[]> => {
      const { stdout } = await inProcess([...args, ...more, '--json']);
      return JSON.parse(stdout).cells;
    };
    const nameOf = ({ cmd, map_type, prog_type, expected_attach_type }: Cell): string =>
      [cmd, map_type, prog_type, expected_attach_type].join(' ');
    const answerOf = ({ verdict, errno }: Cell): string => (verdict === 'allowed' ? verdict : `${errno}`);

    test.each(['v12', 'linux-6.16', 'linux-6.9'])('%s: --json names every one, and no other', async (profile) => {
      const { stdout } = await inProcess([...args, '--compare-profile', profile, '--json']);
      const [compared] = JSON.parse(stdout).compared;
      expect(compared.profile).toBe(profile);
      const there = new Map((await cellsOf(['--profile', profile])).map((cell) => [nameOf(cell), answerOf(cell)]));
      const here = new Map((await cellsOf([])).map((cell) => [nameOf(cell), answerOf(cell)]));
      const named = new Map(compared.differences.map((cell: Cell) => [nameOf(cell), cell]));
      const both = [...here].filter(([name]) => there.has(name));
      expect(both.length).toBeGreaterThan(1000);
      for (const [name, answer] of both) expect([name, named.has(name)]).toEqual([name, answer !== there.get(name)]);
      for (const difference of compared.differences) {
        const name = nameOf(difference);
        expect(answerOf(difference.here)).toBe(here.get(name) ?? answerOf(difference.here));
        expect(answerOf(difference.there)).toBe(there.get(name) ?? answerOf(difference.there));
        expect(answerOf(difference.here)).not.toBe(answerOf(difference.there));
      }
    });

    test('for people: the first twenty lines, types with the same answers together', async () => {
      const { stdout } = await inProcess([...args, '--compare-profile', 'v12', 'linux-6.12']);
      const [, text = ''] = stdout.split(/(?=^v12 answers )/m);
      expect(text).toMatch(/^v12 answers \d+ requests otherwise than linux-6\.12\n/);
      const answers = 'allowed here, EPERM \\(cap_bpf_missing_unpriv_disabled\\) there';
      const requests = 'map_create any but unspec, arena\\n {4}prog_load kprobe, .*any';
      expect(text).toMatch(new RegExp(`^ {2}${answers}\\n {4}${requests}$`, 'm'));
      expect(text).toMatch(/^linux-6\.12 answers 0 requests otherwise than linux-6\.12\n$/m);
      const lines = text.split('\n').filter((line) => /^ {4}\S/.test(line));
      expect(lines.length).toBeLessThanOrEqual(20);
    });
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

test('--helpers: a helper is withheld for the capability that is missing, in the user namespace of the token', async () => {
  const of = async (...more: readonly string[]) => {
    const { stdout } = await inProcess(['matrix', FLEET, '--task', 'net-agent', '--json', '--helpers', ...more]);
    const { programs } = JSON.parse(stdout) as MatrixJson;
    return (programs ?? []).filter(({ prog_type: type }) => type === 'xdp');
  };
  const [withToken] = await of('--token', 'container-token');
  const probe = withToken?.helpers.find(({ name }) => name === 'probe_read_kernel');
  expect(probe).toMatchObject({
    offered: false,
    refusal: 'capability',
    asked: [
      { capability: 'CAP_BPF', userns: 'container', answer: 'yes' },
      { capability: 'CAP_PERFMON', userns: 'container', answer: 'no' },
    ],
  });
  const granted = withToken?.liberties.filter(({ granted: is }) => is).map(({ name }) => name);
  expect(granted).toContain('function_calls');
  expect(granted).not.toContain('speculation_v1');
  expect(await of()).toEqual([]);
  const [unmitigated] = await of('--token', 'container-token', '--without-mitigations');
  expect(unmitigated?.liberties.find(({ name }) => name === 'speculation_v1')?.granted).toBe(true);
});
