import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OPTIONS } from '../../src/cli/options/table.js';
import { ReplayStats } from '../../src/conformance/replay_stats.js';
import { explain } from '../../src/explain/explain.js';
import { findingsOf } from '../../src/fuzz/campaign_stats.js';
import { ALL_SLOTS } from '../../src/fuzz/profile_slots.js';
import { replay } from '../../src/fuzz/replay.js';
import { runSequential } from '../../src/fuzz/run_sequential.js';
import { campaignJson } from '../../src/report/campaign_report.js';
import { explainJson } from '../../src/report/explain_json.js';
import { findingJson } from '../../src/report/fuzz_case_report.js';
import { probeJson } from '../../src/report/probe_text.js';
import { OUTPUT_NAMES, outputJsonSchema } from '../../src/report/schemas/json_schema.js';
import { REMEDY_KINDS } from '../../src/report/schemas/remedy.js';
import { assumptionsOf } from '../../src/request/assumptions.js';
import { parseScenario } from '../../src/scenario/parse_scenario.js';
import { freeNetworkMaps, wrongAnswers } from '../fuzz/broken_implementations.js';
import { SMALL_HOST } from '../host/small_host.js';
import { expectValid, faultsOf, schemaText } from './json_schema_files.js';
import { bpftoken, inProcess } from './run_cli.js';

const FLEET = 'examples/fleet.yaml';
const LOADED_OBJECT = 'test/programs/loaders/objects/xdp.o';
const EXAMPLES = ['selinux', 'container-manager', 'fleet', 'review-linux-6.12', 'review-v11', 'review-v12', 'selftest'];
const FOLDER = mkdtempSync(join(tmpdir(), 'bpftoken-schemas-'));
afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

const at = (name: string) => join(FOLDER, name);
const OBJECT = (name: string) => `test/programs/objects/${name}`;
/** Of a recording. */
const RECORDS = 1000;

/** What needs none of the examples' rules: a warning, a request that cannot be made, an unmet expectation. */
const SMALL = `
profile: linux-6.12
userns:
  box: { owner: 1000 }
bpffs:
  fs: { userns: box, delegate_cmds: [prog_load], delegate_maps: any }
tasks:
  agent: { userns: box, euid: 100000, caps: [CAP_BPF] }
tokens:
  t: { bpffs: fs }
requests:
  - { name: bad, task: agent, cmd: btf_load, pre: bad_row }
  - { name: attached, task: agent, token: t, cmd: link_create, expected_attach_type: xdp, expect: EPERM }
  - { task: agent, token: t, cmd: prog_load, prog_type: xdp, expect: { verdict: allowed, token: used } }
`;

/** What loads any object. */
const LOADS = SMALL.replace(
  /delegate_cmds.*any/,
  'delegate_cmds: any, delegate_maps: any, delegate_progs: any, delegate_attachs: any',
)
  .replace('caps: [CAP_BPF]', 'caps: [CAP_BPF, CAP_NET_ADMIN]')
  .split('requests:')[0] as string;

beforeAll(async () => {
  writeFileSync(at('small.yaml'), SMALL);
  writeFileSync(at('loads.yaml'), LOADS);
  writeFileSync(
    at('mountinfo'),
    '61 35 0:71 / /p rw - bpf none rw,mode=700,delegate_cmds=map_create:0x20\n1 2 0:3 / /q rw - ext4 s rw\n',
  );
  writeFileSync(
    at('clean'),
    '# bpftoken-disable any-beside-little: the tool asks for it\nrw,delegate_cmds=prog_load,delegate_progs=socket_filter,delegate_attachs=any\n',
  );
  writeFileSync(at('options'), 'delegate_cmds=map_crate,delegate_maps=any\n');
  writeFileSync(
    at('strace.txt'),
    'libbpf: failed to load object\nbpf(BPF_TOKEN_CREATE, {token_create={flags=0, bpffs_fd=3</sys/fs/bpf>}}, 8) = 5\n' +
      'bpf(BPF_MAP_CREATE, {map_type=BPF_MAP_TYPE_HASH, map_flags=0, map_token_fd=5}, 80) = -1 EPERM (Operation not permitted)\n' +
      'bpf(BPF_BTF_LOAD, {btf_flags=BPF_F_TOKEN_FD, btf_token_fd=5}, 40) = -1 EPERM (Operation not permitted)\nbpf(BPF_BTF_LOAD, {\n',
  );
  mkdirSync(at('host'));
  writeFileSync(at('host/host-facts.json'), JSON.stringify(SMALL_HOST));
  writeFileSync(at('broken.json'), '[{');
  writeFileSync(at('damaged.o'), readFileSync(OBJECT('maps.o')).subarray(0, 200));
  writeFileSync(
    at('requests.csv'),
    'task,token,cmd,prog_type,expect,owner\nweb,,prog_load,xdp,EPERM,me\nweb,,prog_load,xdp,allowed,me\nwebb,,btf_load,,,me\nweb,,prog_lod,,,me\n',
  );
  writeFileSync(at('requests.ndjson'), '{"task":"web","cmd":"btf_load"}\n{"task":"web","cmd":7.5}\nnothing\n');
  const recording = gunzipSync(readFileSync(new URL('../../recordings/linux-7.3.ndjson.gz', import.meta.url)));
  writeFileSync(at('recording.ndjson'), recording.toString('utf8').split('\n').slice(0, RECORDS).join('\n'));
  await inProcess(['generate', FLEET, '--rows', '50', '--out', at('requests.arrow')]);
});

interface Variant {
  readonly args: readonly string[];
  readonly code?: number;
  /** The other stream takes a table or a scenario. */
  readonly stream?: 'stderr';
  /** The name of the schema, where it is not the command's. */
  readonly schema?: string;
  readonly has?: object;
}

type JsonCommand = {
  [Name in keyof typeof OPTIONS]: 'json' extends keyof (typeof OPTIONS)[Name] ? Name : never;
}[keyof typeof OPTIONS];

const asked = (command: string, request: string, code: number, has: object): Variant => ({
  args: [command, FLEET, '--request', request],
  code,
  has,
});

const VARIANTS: Readonly<Record<JsonCommand, readonly Variant[]>> = {
  init: [{ args: ['init', at('new.yaml')] }, { args: ['init', '-'], stream: 'stderr' }],
  list: [
    { args: ['list', 'profiles'], has: { topic: 'profiles', profile: null } },
    ...['cmds', 'map-types', 'map_types', 'prog-types', 'attach-types', 'helpers', 'liberties'].map((topic) => ({
      args: ['list', topic, '--profile', 'v12'],
      has: { topic: topic.replace('_', '-'), profile: 'v12' },
    })),
  ],
  read: [
    {
      args: ['read', at('mountinfo'), '--kernel', '6.12'],
      has: { profile: 'linux-6.12', readings: [{ format: 'mountinfo' }] },
    },
    { args: ['read', at('options'), '--caps', 'none', '--owner', 'init', '--uid', '7'] },
    { args: ['read', at('broken.json'), '--dialect', 'bpftool-tokens-json'], code: 2 },
  ],
  lint: [
    {
      args: ['lint', at('options'), '--kernel', '6.12'],
      code: 1,
      has: { files: 1, findings: [{ code: 'misspelt-name', nearest: 'map_create', fixable: true }] },
    },
    { args: ['lint', at('mountinfo'), at('options')], code: 1, has: { files: 2, fixed: [] } },
    {
      args: ['lint', at('clean'), '--dialect', 'mount-options'],
      has: { findings: [{ severity: 'suggestion' }], disabled: [{ reason: 'the tool asks for it' }] },
    },
    { args: ['lint', at('broken.json'), '--dialect', 'bpftool-tokens-json'], code: 2 },
  ],
  convert: [
    {
      args: ['convert', at('options'), '--to', 'systemd', '--kernel', '6.12'],
      code: 2,
      stream: 'stderr',
      schema: 'error',
    },
    {
      args: ['convert', at('clean'), '--dialect', 'mount-options', '--to', 'incus'],
      has: { to: 'incus', delegation: 'bpffs' },
    },
    { args: ['convert', at('clean'), '--dialect', 'mount-options', '--to', 'scenario', '--owner', 'init'] },
  ],
  suggest: [
    {
      args: ['suggest', LOADED_OBJECT, '--loader', 'libbpf-1.4', '--kernel', 'linux-6.18'],
      has: { loader: 'libbpf-1.4', profile: 'linux-6.18', written: null },
    },
    {
      args: ['suggest', LOADED_OBJECT, OBJECT('loops.o'), '--for', 'systemd'],
      has: { objects: [{}, {}], written: { target: 'systemd' } },
    },
    {
      args: ['suggest', LOADED_OBJECT, '--quiet-probes'],
      has: { quiet_probes: [{ mask: 'cmds', name: 'btf_load' }, {}, {}, {}] },
    },
    ...['incus', 'lxd', 'mount-options'].map((target) => ({
      args: ['suggest', LOADED_OBJECT, '--for', target],
      has: { written: { target } },
    })),
    { args: ['suggest', LOADED_OBJECT, '--for', 'mount'], code: 2, stream: 'stderr' as const, schema: 'error' },
    { args: ['suggest', FLEET], code: 2, stream: 'stderr', schema: 'error' },
  ],
  needs: [
    {
      args: ['needs', OBJECT('maps_of_maps.o'), OBJECT('section_struct_ops-eb.o'), '--libbpf', '1.4'],
      has: { libbpf: '1.4', files: [{ kind: 'object', errors: [] }, { objects: [{ byte_order: 'big' }] }] },
    },
    { args: ['needs', ...['externs.o', 'kfuncs.o', 'map_fields.o', 'legacy_maps.o', 'core.o'].map(OBJECT)] },
    { args: ['needs', OBJECT('maps.o'), FLEET], code: 2, has: { files: [{}, { kind: 'executable', objects: [] }] } },
    {
      args: ['needs', 'test/programs/light_skeletons/data.bin'],
      has: { files: [{ light_skeletons: [{ map_count: 5 }] }] },
    },
    { args: ['needs', at('damaged.o')], code: 2, stream: 'stderr', schema: 'error' },
  ],
  snapshot: [
    {
      args: ['snapshot', '--from', at('host')],
      stream: 'stderr',
      has: { from: at('host'), saved: null, out: '-', host: { processes: 3, delegating: 1 }, scenario: { tasks: 2 } },
    },
    { args: ['snapshot', '--from', at('host'), '--out', at('host.yaml')], has: { out: at('host.yaml') } },
    { args: ['snapshot', '--from', at('nowhere')], code: 2, stream: 'stderr', schema: 'error' },
  ],
  check: [
    asked('check', '1', 0, { verdict: 'allowed', errno: null, warnings: [] }),
    asked('check', 'a program type that is not delegated', 1, { verdict: 'denied', errno: 'EPERM' }),
    { args: ['check', FLEET, '--task', 'web', '--cmd', 'btf_load'], code: 1, has: { token: 'none_given' } },
    { args: ['check', at('small.yaml'), '--request', 'bad'], code: 2, has: { verdict: 'bad', errno: null } },
    { args: ['check', at('small.yaml'), '--request', '3'], code: 1, has: { assumed: [{ value: 0 }] } },
    {
      schema: 'check-object',
      args: ['check', at('small.yaml'), '--task', 'agent', '--object', LOADED_OBJECT, '--loader', 'libbpf-1.4'],
      code: 1,
      has: {
        loaded: false,
        loader: 'libbpf-1.4',
        bpffs: 'fs',
        failure: { errno: 'EPERM', advice: { possible: true } },
      },
    },
    {
      schema: 'check-object',
      args: ['check', at('loads.yaml'), '--object', LOADED_OBJECT],
      has: { loaded: true, failure: null, outside: [{ action: 'link_create', of: 'count' }] },
    },
  ],
  explain: [
    asked('explain', '1', 0, { advice: { possible: true, changes: [] } }),
    asked('explain', 'a program type that is not delegated', 1, { advice: { changes: [{ kind: 'delegate' }] } }),
    { args: ['explain', at('small.yaml'), '--request', 'bad'], code: 2, has: { advice: { possible: false } } },
    {
      args: ['explain', '--strace', at('strace.txt'), '--kernel', '6.18'],
      code: 1,
      schema: 'explain-strace',
      has: { profile: 'linux-6.18', log: { status: 'partly' }, counts: { calls: 3, agrees: 3, without_token: 1 } },
    },
    {
      args: ['explain', at('small.yaml'), '--strace', at('strace.txt'), '--task', 'agent'],
      code: 1,
      schema: 'explain-strace',
    },
    {
      args: ['explain', '--strace', at('options')],
      code: 2,
      schema: 'explain-strace',
      has: { log: { status: 'failed' } },
    },
  ],
  matrix: [
    { args: ['matrix', FLEET, '--task', 'collector', '--token', 'service-token'] },
    { args: ['matrix', FLEET, '--task', 'web', '--profile', 'v11'], has: { token: null } },
    { args: ['matrix', FLEET, '--task', 'ci-job', '--token', 'ci-token', '--helpers'] },
    { args: ['matrix', FLEET, '--task', 'web', '--compare-profile', 'v11', 'linux-7.3'] },
  ],
  'who-can': [
    { args: ['who-can', FLEET, 'prog_load prog_type=xdp'], has: { pattern: 'prog_load prog_type=xdp', allowed: 628 } },
    { args: ['who-can', FLEET, 'task=web btf_load'], code: 1, has: { asked: 8, allowed: 0, refused: [{}, {}, {}] } },
  ],
  'what-can': [
    { args: ['what-can', FLEET, '--task', 'web', '--token', 'none'], has: { pattern: 'task=web token=none' } },
  ],
  diff: [
    {
      args: ['diff', FLEET, '--against-profile', 'v12'],
      code: 1,
      has: { profiles: ['linux-6.12', 'v12'], intended: null },
    },
    { args: ['diff', FLEET, FLEET], has: { gained: [], lost: [] } },
    {
      args: ['diff', FLEET, '--against-caps', 'all', '--intended', 'task=web btf_load'],
      code: 1,
      has: { intended: { before: 0, holds: false } },
    },
  ],
  never: [{ args: ['never', FLEET, 'task=web btf_load'], has: { holds: true, asked: 8, witness: null } }],
  always: [{ args: ['always', FLEET, 'task=web btf_load'], code: 1, has: { against: 8, witness: { task: 'web' } } }],
  implies: [{ args: ['implies', FLEET, FLEET, 'prog_load'], has: { holds: true } }],
  equivalent: [{ args: ['equivalent', FLEET, at('small.yaml')], code: 1, has: { holds: false } }],
  test: [
    ...EXAMPLES.map((name) => ({ args: ['test', `examples/${name}.yaml`] })),
    { args: ['test', at('small.yaml')], code: 1 },
    { args: ['test', at('small.yaml'), '--quiet'], code: 1 },
    { args: ['test', at('small.yaml'), '--junit', '-'], code: 1, stream: 'stderr' },
  ],
  generate: [
    { args: ['generate', FLEET, '--rows', '5', '--out', at('made.parquet')], has: { format: 'parquet' } },
    { args: ['generate', FLEET, '--rows', '5'], stream: 'stderr', has: { format: 'csv', out: '-' } },
  ],
  eval: [
    { args: ['eval', FLEET, '--generate', '2000'], has: { rows: 2000, summary: null, compared: [] } },
    { args: ['eval', FLEET, '--generate', '2000', '--summary', 'task,token,pre,type,verdict,errno,token_disposition'] },
    { args: ['eval', FLEET, '--generate', '2000', '--compare-profile', 'v12', 'linux-7.3'] },
    {
      args: ['eval', FLEET, '--requests', at('requests.csv')],
      code: 1,
      has: {
        expectations: { checked: 2, unmet: 1, first: [{ row: 2, line: 3 }] },
        problems: {
          total: 2,
          unknown_columns: [{ name: 'owner' }],
          first: [{ line: 4, row: null, nearest: 'web' }, {}],
        },
      },
    },
    { args: ['eval', FLEET, '--requests', at('requests.ndjson')], has: { bad_rows: 2 } },
    {
      args: ['eval', at('small.yaml'), '--requests', at('requests.arrow'), '--out', '-', '--out-format', 'csv'],
      stream: 'stderr',
    },
  ],
  fuzz: [
    { args: ['fuzz', '--cases', '600', '--workers', '1'], has: { disagreements: 0, worker_crashes: [] } },
    { args: ['fuzz', '--case', '1-2f3a-17'], schema: 'fuzz-case', has: { agree: true, cases: null } },
  ],
  replay: [
    { args: ['replay', at('recording.ndjson')], has: { cases: RECORDS, disagreed: 0 } },
    { args: ['replay', at('recording.ndjson'), '--profile', 'v12'], code: 1 },
  ],
  // Its output is validated below, without a kernel.
  probe: [{ args: ['probe', '--profile', 'linux-6.99'], code: 2, stream: 'stderr', schema: 'error' }],
  bench: [{ args: ['bench', FLEET, '--for', '50ms', '--rows', '2000', '--workers', '1'] }],
};

describe.each(Object.entries(VARIANTS))('%s --json', (command, variants) => {
  test.each(variants)('$args', async ({ args, code = 0, stream, schema = command, has = {} }) => {
    const result = await inProcess([...args, '--json']);
    expect(result.code).toBe(code);
    if (!stream) expect(result.stderr).toBe('');
    // One JSON value, and nothing else.
    const value = JSON.parse(result[stream ?? 'stdout']);
    expectValid(schema, value);
    expect(Object.entries(value)[0]).toEqual(['schema', `bpf-token-sim/${schema}/1`]);
    expect(value).toMatchObject(has);
  });
});

test('the outputs in docs/json.md are what the commands print', async () => {
  const docs = readFileSync(new URL('../../docs/json.md', import.meta.url), 'utf8');
  const blocks = [...docs.matchAll(/^```console\n\$ bpftoken (.*)\n([^`]*)```$/gm)];
  expect(blocks).toHaveLength(2);
  for (const [, args, shown] of blocks) {
    const { stdout, stderr } = await inProcess((args as string).split(' '));
    expect(stdout + stderr).toBe(shown);
  }
});

test('--version --json', async () => {
  const { code, stdout } = await inProcess(['--version', '--json']);
  expect(code).toBe(0);
  expectValid('version', JSON.parse(stdout));
});

test('every command with an option --json has a schema file, and is run here', () => {
  const commands = Object.entries(OPTIONS).flatMap(([name, options]) => ('json' in options ? [name] : []));
  expect(Object.keys(VARIANTS).sort()).toEqual(commands.sort());
  expect(commands.filter((name) => !(OUTPUT_NAMES as readonly string[]).includes(name))).toEqual([]);
});

describe('schema files', () => {
  test.each(OUTPUT_NAMES)('%s: docs/json.md lists it', (name) => {
    const docs = readFileSync(new URL('../../docs/json.md', import.meta.url), 'utf8');
    expect(docs).toContain(`| \`bpf-token-sim/${name}/1\` | [${name}.schema.json](../schema/${name}.schema.json) |`);
  });

  test.each(OUTPUT_NAMES)('%s: the committed one is the one the code makes (npm run build:schema)', (name) => {
    expect(schemaText(name)).toBe(`${JSON.stringify(outputJsonSchema(name), null, 2)}\n`);
  });

  test.each(OUTPUT_NAMES)(
    '%s: every key is in snake_case, described and always there, and no other keys are valid',
    (name) => {
      const schema = JSON.parse(schemaText(name));
      const found: string[] = [];
      let keys = 0;
      const visit = (node: unknown, path: string): void => {
        if (typeof node !== 'object' || node === null) return;
        const { properties, additionalProperties, required = [], $ref } = node as Record<string, unknown>;
        if (properties && additionalProperties !== false) found.push(`${path}: other keys are valid`);
        expect($ref ?? '#/$defs/').toMatch(/^#\/\$defs\//);
        for (const [key, property] of Object.entries(properties ?? {})) {
          keys += 1;
          const { description, $ref: to } = property as { description?: string; $ref?: string };
          const definition = to === undefined ? undefined : schema.$defs[to.slice('#/$defs/'.length)];
          if (!(description ?? definition?.description)) found.push(`${path}/${key}: no description`);
          // A group of rows has the columns that rows are grouped by.
          const isGroup = path.startsWith('/properties/summary/');
          if (!isGroup && !(required as string[]).includes(key)) found.push(`${path}/${key}: can be left out`);
          if (!/^[a-z][a-z0-9_]*$/.test(key)) found.push(`${path}/${key}: not in snake_case`);
        }
        for (const [key, inner] of Object.entries(node)) visit(inner, `${path}/${key}`);
      };
      visit(schema, '');
      expect(found).toEqual([]);
      expect(keys).toBeGreaterThan(2);
    },
  );
});

test('explain: every request of the examples, and all kinds of remedies', () => {
  const kinds = new Set<string>();
  for (const name of EXAMPLES) {
    const text = readFileSync(new URL(`../../examples/${name}.yaml`, import.meta.url), 'utf8');
    const { world, requests } = parseScenario(text, name);
    for (const { request, assumed = [] } of requests) {
      const explanation = explain({ world, request });
      const assumptions = assumptionsOf(world.profile, request, assumed);
      const json = explainJson(explanation, { assumptions, warnings: [] });
      expectValid('explain', JSON.parse(JSON.stringify(json)));
      const cleared = json.advice.obstacles.flatMap((obstacle) => obstacle.cleared ?? []);
      for (const { kind } of [...json.advice.changes, ...cleared]) kinds.add(kind);
    }
  }
  expect(REMEDY_KINDS.filter((kind) => !kinds.has(kind))).toEqual([]);
});

test('fuzz: a campaign with a finding', () => {
  const implementations = wrongAnswers(freeNetworkMaps);
  const stats = runSequential({ seed: 1, slots: ALL_SLOTS, cases: 600 }, implementations);
  const findings = findingsOf(stats).slice(0, 1);
  expect(findings).toHaveLength(1);
  const result = { stats, elapsedMs: 1, workers: 1, interrupted: false, workerCrashes: ['a'], abandonedShards: ['b'] };
  const shown = findings.map((finding) => findingJson(replay(implementations, finding.id), finding));
  const json = campaignJson(1, result, shown, 1);
  expectValid('fuzz', JSON.parse(JSON.stringify(json)));
  expect(json.findings).toMatchObject([{ agree: false, shrunk: { model: {} } }]);
});

test('probe: its output, without a kernel', () => {
  const json = probeJson({
    kernel: '6.12.3',
    profile: 'linux-6.12',
    isOther: false,
    stats: new ReplayStats(),
    vocabulary: { added: ['BPF_NEW'], missing: [] },
    notes: ['a note'],
    recordedMs: 1,
    replayedMs: 1,
  });
  expectValid('probe', JSON.parse(JSON.stringify(json)));
});

test('a key that a schema does not have fails', async () => {
  const { stdout } = await inProcess(['list', 'profiles', '--json']);
  const value = JSON.parse(stdout);
  expect(faultsOf('list', { ...value, more: 1 })).toEqual([expect.stringContaining('additional properties')]);
  const [first] = value.names;
  expect(faultsOf('list', { ...value, names: [{ ...first, more: 1 }] })).toHaveLength(1);
});

test('a scenario on standard input is called <stdin>, by test as by the other commands', async () => {
  const stdin = `${SMALL}  - { name: idle, task: agent, cmd: btf_load, map_type: array }\n`;
  const place = { file: '<stdin>', line: 15 };
  const commands = [
    ['test', '-', '--json'],
    ['check', '-', '--request', 'idle', '--json'],
    ['test', '-'],
  ];
  const [tested, checked, text] = await Promise.all(commands.map((args) => bpftoken(args, { stdin })));
  for (const said of [tested, checked]) expect(JSON.parse(said?.stdout ?? '').warnings).toMatchObject([place]);
  expect(text?.stdout).toContain('warning: <stdin>:15:');
  expect(text?.stdout).toMatch(/^ *<stdin>:14:/m);
});

test('warnings are in the JSON, and not on standard error', async () => {
  const scenario = at('warned.yaml');
  writeFileSync(scenario, `${SMALL}  - { name: idle, task: agent, cmd: btf_load, map_type: array }\n`);
  const idle = ['--request', 'idle'];
  for (const command of ['check', 'explain']) {
    const text = await inProcess([command, scenario, ...idle]);
    const { stdout, stderr } = await inProcess([command, scenario, ...idle, '--json']);
    const lines = JSON.parse(stdout).warnings.map(
      ({ file, line, column, message }: Record<string, string>) => `warning: ${file}:${line}:${column}: ${message}\n`,
    );
    expect(stderr).toBe('');
    expect(lines.join('')).toBe(text.stderr);
    expect(lines).not.toEqual([]);
  }
});
