import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tableFromArrays, tableToIPC } from 'apache-arrow';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, describe, expect, test } from 'vitest';
import { longOf } from '../../src/cli/options/add_options.js';
import type { OptionTable } from '../../src/cli/options/option.js';
import { type CommandName, OPTIONS } from '../../src/cli/options/table.js';
import { cases, oneOf, some } from '../cases.js';
import { mount, prog, step, token, tokenCreate, use } from '../conformance/records.js';
import { forgedLines, HOSTILE, hiddenIn, WITH_NUL, withOneChanged } from './hostile.js';
import { bpftoken, inProcess, ROOT } from './run_cli.js';

const FOLDER = mkdtempSync(join(tmpdir(), 'bpftoken-printable-'));
afterAll(() => rmSync(FOLDER, { recursive: true }));
let files = 0;

function written(content: string | Uint8Array, name: string): string {
  const path = join(FOLDER, `${files++}-${name}`);
  writeFileSync(path, content);
  return path;
}

/** Runs a command and looks at all it says; what it says is given back. */
async function said(args: readonly string[], codes: readonly number[] = [0, 1, 2]): Promise<string> {
  const { code, stdout, stderr } = await inProcess(args);
  const what = `${args.map((arg) => JSON.stringify(arg)).join(' ')} says ${JSON.stringify(stdout + stderr).slice(0, 2000)}`;
  for (const text of [stdout, stderr]) {
    expect(hiddenIn(text), what).toEqual([]);
    expect(forgedLines(text), what).toEqual([]);
  }
  expect(codes, what).toContain(code);
  if (args.includes('--json') && code !== 2) JSON.parse(stdout);
  return stdout + stderr;
}

const SCENARIO = {
  profile: { extends: 'linux-6.12', name: 'mine', description: 'words', rules: { token_narrowing: true } },
  userns: { u: { parent: 'init', owner: 1000 } },
  bpffs: {
    b: {
      userns: 'u',
      mode: '0755',
      delegate_cmds: 'any',
      delegate_maps: ['hash'],
      delegate_progs: 'xdp:kprobe',
      delegate_attachs: 'any',
      lsm: { deny_token_create: 'EPERM' },
    },
    c: { userns: 'u', delegate_cmds: 'any' },
  },
  tasks: { a: { userns: 'u', euid: 1000, caps: ['CAP_BPF'] }, z: { caps: 'all' } },
  tokens: {
    t: { bpffs: 'c', narrow: { cmds: ['prog_load'] }, lsm: { deny_cmds: ['btf_load'], deny_caps: ['CAP_BPF'] } },
  },
  requests: [
    {
      name: 'a request',
      task: 'a',
      token: 't',
      cmd: 'prog_load',
      prog_type: 'xdp',
      expected_attach_type: 'xdp',
      pre: 'none',
    },
    {
      task: 'a',
      cmd: 'map_create',
      map_type: 'hash',
      expect: { verdict: 'EPERM', reason: 'attr_einval', token: 'used' },
    },
    { task: 'a', cmd: 'token_create', bpffs: 'b', expect: 'allowed' },
  ],
};
const GOOD = written(JSON.stringify(SCENARIO), 'good.yaml');
const BAD_NAME = written(JSON.stringify(SCENARIO), `${HOSTILE.replaceAll('/', '')}.yaml`);

describe('nothing from a scenario reaches the terminal raw', () => {
  test('each of its texts and keys', async () => {
    let unwrap = 0;
    for (const scenario of oneOf(3, withOneChanged(SCENARIO, WITH_NUL), 1)) {
      const file = written(JSON.stringify(scenario), 's.yaml');
      if (!(await said(['test', file])).includes('expectations hold')) continue;
      const asked = [
        ['test', file, '--json'],
        ...['1', '2', '3'].map((number) => ['explain', file, '--request', number]),
        ['check', file, '--request', '1'],
        ['check', file, '--request', 'none'],
        ['matrix', file, '--task', 'a', '--token', 't'],
        ['eval', file, '--generate', '20'],
      ];
      const withJson = asked.slice(1).map((args) => [...args, '--json']);
      for (const args of oneOf(10, [...asked, ...withJson], unwrap)) await said(args);
      unwrap += 1;
    }
    expect(unwrap).toBeGreaterThan(1);
  });

  const raw = HOSTILE.replaceAll(/[\r\n\u0085\u2028\ufeff]/g, '');
  test.each([
    ['an alias', `profile: linux-6.12\ntasks: *${raw.replaceAll('[', '')}\n`],
    ['an anchor', `profile: &${raw.replaceAll('[', '')} linux-6.12\ntasks: *y\n`],
    ['a tag', `profile: !<${raw}> linux-6.12\ntasks: { a: !${raw.replaceAll('[', '')} {} }\n`],
    ['a directive', `%${raw} 1\n---\nprofile: linux-6.12\n`],
    ['a YAML directive', `%YAML ${raw}\n---\nprofile: linux-6.12\n`],
    ['a TAG directive', `%TAG !${raw} x y\n---\nprofile: linux-6.12\n`],
    ['an escape in quotes', `profile: "\\${raw}"\n`],
    ['a key without a value', `${raw.replaceAll('[', '')}\n`],
    ['a broken flow', `profile: [${raw}\n`],
    ['a mode', `profile: linux-6.12\nbpffs: { b: { mode: 7${raw.replaceAll('[', '')} } }\n`],
    ['a block scalar', `profile: |${raw}\n x\n`],
    ['a number', `profile: linux-6.12\nrequests: [{ task: a, cmd: 0x1${raw.replaceAll('[', '')} }]\n`],
    ['bytes that are no UTF-8', new Uint8Array([0x70, 0x3a, 0x20, 0x9b, 0x33, 0x31, 0x6d, 0xff, 0x0a])],
    ['any byte', Uint8Array.from({ length: 256 }, (_, i) => i)],
  ])('%s', async (_, text) => {
    await said(['test', written(text, 'raw.yaml')]);
    await said(['test', written(text, 'raw.yaml'), '--json']);
  });
});

const CELLS = {
  task: 'a',
  token: 't',
  cmd: 'prog_load',
  map_type: 'hash',
  prog_type: 'xdp',
  expected_attach_type: 'xdp',
  insn_cnt: '1',
  pre: 'none',
  expect: 'EPERM',
};
const COLUMNS = Object.keys(CELLS);
const csvCell = (text: string) => `"${text.replaceAll('"', '""')}"`;

/** The ways to hear of what is wrong with a table. */
const WAYS = [[], ['--strict'], ['--summary', 'task,token,cmd,prog_type,pre', '--json']];

/** Reads a table in these ways; in the fast suite in one of them, which `number` chooses. */
async function tableSaid(file: string, number: number): Promise<void> {
  for (const way of oneOf(3, WAYS, number)) {
    await said(['eval', GOOD, '--requests', file, '--workers', '1', ...way]);
  }
}

describe('nothing from a table reaches the terminal raw', () => {
  const texts = [...COLUMNS.keys()].flatMap((at) => {
    const cells = Object.values(CELLS);
    const [header, row] = [COLUMNS.join(), cells.join()];
    return [
      `${header}\n${cells.with(at, csvCell(HOSTILE)).join()}\n${cells.with(at, csvCell(WITH_NUL.replaceAll(/[\r\n]/g, ''))).join()}\n`,
      `${COLUMNS.with(at, csvCell(HOSTILE)).join()}\n${row}\n`,
    ];
  });
  test.each([
    ['CSV: cells and headers', 'csv', texts],
    [
      'CSV: broken lines and headers',
      'csv',
      [
        `task,cmd\na,"${HOSTILE.replaceAll(/[\r\n]/g, '')}"x\n${HOSTILE}`,
        HOSTILE,
        `"${HOSTILE}`,
        `task,cmd,task\n${HOSTILE},,\n`,
        `${HOSTILE.replace('\n', '')};task\n`,
        `task,cmd,${csvCell(`map typ${HOSTILE}`)}\na,btf_load,x\n`,
      ],
    ],
    [
      'NDJSON: values, keys and broken lines',
      'ndjson',
      [
        ...[...withOneChanged(CELLS, WITH_NUL)].map((row) => JSON.stringify(row)),
        ...COLUMNS.map((column) => JSON.stringify({ ...CELLS, [column]: { [WITH_NUL]: WITH_NUL } })),
        ...COLUMNS.map((column) => JSON.stringify({ ...CELLS, [column]: [WITH_NUL] })),
        HOSTILE,
        `{"task": ${HOSTILE}`,
        `{"task": "${HOSTILE}"}`,
        `"${HOSTILE.replaceAll(/[\r\n]/g, '')}"`,
        `{"\u202e": tru\u009b31m}`,
      ],
    ],
  ])('%s', async (_, format, tables) => {
    for (const [i, table] of oneOf(3, tables).entries()) await tableSaid(written(table, `t.${format}`), i);
  });

  test('Arrow and Parquet: values and column names', async () => {
    for (const [i, cells] of oneOf(3, withOneChanged(CELLS, HOSTILE)).entries()) {
      const columns = Object.entries(cells as Record<string, string>);
      const table = tableFromArrays(Object.fromEntries(columns.map(([name, cell]) => [name, [cell]])));
      await tableSaid(written(tableToIPC(table, 'file'), 't.arrow'), i);
      if (cases(i, 0) % 3 === 0)
        await said(['eval', GOOD, '--requests', written(tableToIPC(table, 'stream'), 't.arrows')]);
      const columnData = columns.map(([name, cell]) => ({ name, data: [cell], type: 'STRING' as const }));
      await tableSaid(written(new Uint8Array(parquetWriteBuffer({ columnData })), 't.parquet'), i + 1);
    }
    for (const name of ['task', HOSTILE]) {
      const wrong = tableFromArrays({ [name]: new Float64Array([0.5]), [`${name}2`]: new Float64Array([1]) });
      await said(['eval', GOOD, '--requests', written(tableToIPC(wrong, 'file'), 't.arrow')], [2]);
      const columnData = [{ name, data: [0.5], type: 'DOUBLE' as const }];
      await said(
        ['eval', GOOD, '--requests', written(new Uint8Array(parquetWriteBuffer({ columnData })), 't.parquet')],
        [2],
      );
    }
  });

  test('a file of another format', async () => {
    for (const format of ['csv', 'ndjson', 'arrow', 'arrows', 'parquet']) {
      for (const content of [
        HOSTILE,
        JSON.stringify({ [HOSTILE]: HOSTILE }),
        `PAR1${HOSTILE}PAR1`,
        `ARROW1\0\0${HOSTILE}ARROW1`,
      ]) {
        await said(['eval', GOOD, '--requests', written(content, `t.${format}`)]);
      }
    }
  });
});

describe('nothing from a recording reaches the terminal raw', () => {
  const set = step('init_root', 'set_string', 'delegate_cmds', 'any', 'EINVAL');
  const flags = step('init_root', 'set_flag', 'ro', null, 'EINVAL');
  test.each([
    ['use', use('EINVAL')],
    ['prog_load', use('EINVAL', prog(6, 37))],
    ['token_create', tokenCreate('EINVAL')],
    ['token_create that works', tokenCreate('ok', { bpffs: null, token: token() })],
    ['mount_options', mount([set, flags])],
    [
      'mount(2)',
      mount([], { data: 'delegate_cmds=any', steps: undefined, mount: { ok: false, errno: 22, error: 'EINVAL' } }),
    ],
    [
      'reconfigured',
      mount([], {
        steps: undefined,
        initial: [set],
        set: 'delegate_cmds=any',
        reconfigure: { ok: true, errno: 0, error: null },
      }),
    ],
    ['lsm', use('EINVAL', { family: 'lsm', hook: 'bpf_token_cmd', hook_returns: -1 })],
  ])('%s: each of its values and keys', async (name, record) => {
    // In the fast suite not the same ones of each record, most of which are alike.
    for (const changed of oneOf(8, withOneChanged(record, WITH_NUL), name.length)) {
      const file = written(`${JSON.stringify(changed)}\n`, 'r.ndjson');
      if ((await said(['replay', file])).includes('family')) await said(['replay', file, '--json']);
    }
  });

  test('lines that are no record', async () => {
    for (const line of [HOSTILE, `"${HOSTILE}"`, `{"family": ${HOSTILE}`, JSON.stringify({ family: HOSTILE })]) {
      await said(['replay', written(line, 'r.ndjson')], [2]);
    }
    await said(['replay', written(HOSTILE, 'r.ndjson.gz')], [2]);
  });
});

describe('nothing from the command line reaches the terminal raw', () => {
  const commands = (Object.keys(OPTIONS) as CommandName[]).filter((name) => name !== 'probe');

  test.each(commands)('%s: its options, its arguments, and words that are none', async (command) => {
    const argument =
      command === 'fuzz' || command === 'snapshot'
        ? []
        : [command === 'replay' ? written(JSON.stringify(mount([])), 'm.ndjson') : GOOD];
    for (const spec of Object.values(OPTIONS[command] as OptionTable)) {
      // Any name is good for a file to write.
      if (!spec.type || ['--out', '--summary-out', '--compare-out', '--junit', '--save'].includes(longOf(spec)))
        continue;
      await said([command, ...argument, longOf(spec), HOSTILE], [2]);
      await said([command, ...argument, `${longOf(spec)}=${HOSTILE}`], [2]);
    }
    await said([command, HOSTILE, `--${HOSTILE}`], [2]);
    await said([command, HOSTILE, `-${HOSTILE}=${HOSTILE}`], [2]);
    await said([command, ...argument, HOSTILE, HOSTILE], [2]);
    if (command !== 'fuzz' && command !== 'init') await said([command, HOSTILE], [2]);
    await said([HOSTILE], [2]);
    await said([`--${HOSTILE}`], [2]);
  });

  test('names of files', async () => {
    const hostile = (name: string) => join(FOLDER, `${HOSTILE}-${name}`);
    await said(['init', hostile('new.yaml')], [0]);
    await said(['init', hostile('new.yaml')], [2]);
    await said(['init', hostile('new.yaml'), '--force', '--json'], [0]);
    await said(['test', BAD_NAME], [1]);
    await said(['test', hostile('nowhere.yaml')], [2]);
    await said(['test', BAD_NAME, '--junit', hostile('t.xml')], [1]);
    await said(['test', BAD_NAME, '--junit', '-'], [1]);
    await said(['test', BAD_NAME, '--junit', join(hostile('no folder'), 't.xml')], [2]);
    await said(['matrix', BAD_NAME, '--task', 'a'], [0]);
    await said(['bench', BAD_NAME, '--rows', '100', '--for', '10ms', '--workers', '1'], [0]);
    await said(['bench', BAD_NAME, '--rows', '100', '--for', '10ms', '--workers', '1', '--json'], [0]);
    for (const format of some(2, ['csv', 'parquet', 'ndjson', 'arrow', 'arrows'])) {
      const table = hostile(`t.${format}`);
      await said(['generate', GOOD, '--rows', '5', '--out', table], [0]);
      await said(['generate', GOOD, '--rows', '5', '--out', table, '--json'], [0]);
      await said(['generate', GOOD, '--rows', '5', '--out', join(hostile('no folder'), `t.${format}`)], [2]);
      await said(['eval', GOOD, '--requests', table, '--out', hostile(`v.${format}`)], [0]);
      writeFileSync(table, 'nothing of that kind');
      await said(['eval', GOOD, '--requests', table]);
      await said(['eval', GOOD, '--requests', hostile(`nowhere.${format}`)], [2]);
    }
    await said(['eval', GOOD, '--requests', hostile('t.none')], [2]);
    const counts = ['eval', GOOD, '--generate', '5', '--summary', 'cmd', '--summary-out'];
    await said([...counts, join(hostile('no folder'), 'x.csv')], [2]);
    await said(['snapshot', '--from', hostile('nowhere')], [2]);
    await said(['snapshot', '--save', hostile('copy')], [0]);
    await said(['snapshot', '--from', hostile('copy'), '--out', hostile('host.yaml')], [0]);
    const recording = hostile('r.ndjson');
    writeFileSync(recording, `${JSON.stringify(use('EINVAL'))}\n`);
    await said(['replay', recording], [1]);
    await said(['replay', recording, '--json'], [1]);
    writeFileSync(recording, 'x');
    await said(['replay', recording, hostile('nowhere.ndjson')], [2]);
  });

  test('the environment', async () => {
    const { stderr } = await bpftoken(['probe'], { env: { CC: HOSTILE } });
    expect(hiddenIn(stderr)).toEqual([]);
    expect(forgedLines(stderr)).toEqual([]);
  });
});

test('a name of the world keeps its letters, whatever they are', async () => {
  const names = ['名前 задача', '👍🏽 👨 ❤️', 'é́ naïve'];
  const requests = names.map((name) => ({ name, task: 'a', cmd: 'btf_load' }));
  const text = await said(['test', written(JSON.stringify({ ...SCENARIO, requests }), 's.yaml'), '--allow-empty']);
  for (const name of names) expect(text).toContain(name);
});

test('the command writes messages in one way only: files that write otherwise write data', () => {
  const folder = join(ROOT, 'src');
  const folders = ['cli', 'report', 'batch', 'host'];
  const names = folders.flatMap((name) =>
    readdirSync(join(folder, name), { recursive: true, encoding: 'utf8' }).map((file) => join(name, file)),
  );
  const writers = names.filter((name) => {
    if (!name.endsWith('.ts')) return false;
    const text = readFileSync(join(folder, name), 'utf8');
    return /process\.std(out|err)\.write|console\.|report\.write\(|JSON\.stringify\(/.test(text);
  });
  // What tells groups of rows from each other.
  expect(writers.sort()).toEqual(['batch/summary/group_by.ts']);
});
