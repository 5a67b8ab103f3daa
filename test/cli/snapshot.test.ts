import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { factsText } from '../../src/host/facts/facts_text.js';
import type { HostFacts } from '../../src/host/facts/host_facts.js';
import { scenarioOfFacts } from '../../src/host/facts/scenario_of_facts.js';
import { parseScenario } from '../../src/scenario/parse_scenario.js';
import { SMALL_HOST } from '../host/small_host.js';
import { expectValid } from './json_schema_files.js';
import { bpftoken, inProcess } from './run_cli.js';

const FOLDER = mkdtempSync(join(tmpdir(), 'bpftoken-snapshot-'));
afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

const at = (name: string) => join(FOLDER, name);
const COPY = at('copy');

beforeAll(() => {
  mkdirSync(COPY);
  writeFileSync(join(COPY, 'host-facts.json'), factsText(SMALL_HOST));
});

describe('a saved copy', () => {
  test('gives its scenario on standard output, and the report on standard error', async () => {
    const { code, stdout, stderr } = await inProcess(['snapshot', '--from', COPY]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: scenarioOfFacts(SMALL_HOST).text });
    expect(stderr).toMatch(/^Linux 6\.18\.44-generic, read in \d+\.\d\d s\n/);
    expect(stderr).toContain(
      'seen: 3 processes (without 5 threads of the kernel and 1 process that ended), 2 user namespaces,',
    );
    expect(stderr).toContain('2 bpffs of which 1 delegates, 1 descriptor of a token\n');
    expect(stderr).toContain('scenario: linux-6.18, 2 tasks, 2 bpffs, 1 token; ');
    expect(stderr).toMatch(/ bytes to standard output\n$/);
  });

  test('answers by check as any scenario does', async () => {
    const out = at('host.yaml');
    const { code, stdout } = await inProcess(['snapshot', '--from', COPY, '--out', out]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    const ask = ['check', out, '--task', 'web1/agent', '--map-create', 'hash'];
    expect(await inProcess([...ask, '--token', 'web1/agent-token'])).toMatchObject({ code: 0 });
    expect(await inProcess(ask)).toMatchObject({ code: 1 });
  });

  test('with --json says what was seen and what was not', async () => {
    const unseen: HostFacts['unseen'] = [{ what: 'lsm', why: 'ENOENT', count: 1, example: '/sys/kernel/security/lsm' }];
    mkdirSync(at('unseen'));
    writeFileSync(at('unseen/host-facts.json'), factsText({ ...SMALL_HOST, unseen }));
    const out = at('unseen.yaml');
    const { stdout, stderr } = await inProcess(['snapshot', '--from', at('unseen'), '--out', out, '--json']);
    expect(stderr).toBe('');
    const json = JSON.parse(stdout);
    expectValid('snapshot', json);
    expect(json).toMatchObject({ out, bytes: readFileSync(out).length, unseen, assumptions: [{}, {}], left_out: [] });
  });

  test.each([
    ['cut off', (text: string) => text.slice(0, 99), /host-facts\.json:5:1: this is no JSON\n$/],
    [
      'of another release',
      (text: string) => text.replace('facts/1', 'facts/2'),
      /:2:11: schema: one of bpf-token-sim\/host-facts\/1 is expected\n$/,
    ],
    [
      'with a value of another kind',
      (text: string) => text.replace('"pid":7', '"pid":"7"'),
      /:\d+:8: processes\[1\]\.pid: a whole number from 1 to 4194304 is expected\n$/,
    ],
  ])('%s is refused with the place', async (name, change, message) => {
    const folder = at(name);
    mkdirSync(folder);
    writeFileSync(join(folder, 'host-facts.json'), change(factsText(SMALL_HOST)));
    const out = at(`${name}.yaml`);
    const { code, stdout, stderr } = await inProcess(['snapshot', '--from', folder, '--out', out]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
    expect(existsSync(out)).toBe(false);
  });

  test('that is not there is refused', async () => {
    expect(await inProcess(['snapshot', '--from', at('nowhere')])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/nowhere\/host-facts\.json: cannot be read: ENOENT/),
    });
  });

  test('is not written over by the scenario', async () => {
    const copy = join(COPY, 'host-facts.json');
    expect(await inProcess(['snapshot', '--from', COPY, '--out', copy])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/are one file/),
    });
    expect(readFileSync(copy, 'utf8')).toBe(factsText(SMALL_HOST));
  });
});

describe.runIf(process.platform === 'linux')('this host', () => {
  test('is saved in a folder that is made, and its copy gives the same scenario', async () => {
    const folder = at('a/b');
    const taken = await bpftoken(['snapshot', '--save', folder]);
    expect(taken.code).toBe(0);
    expect(taken.stderr).toContain(`saved: ${folder}/host-facts.json\n`);
    const again = await inProcess(['snapshot', '--from', folder]);
    expect(again.stdout).toBe(taken.stdout);
    expect(parseScenario(taken.stdout).world.tasks.length).toBeGreaterThan(0);
  });
});
