import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { BadRowError, BatchFileError, TooManyGroupsError } from '../../src/batch/errors.js';
import { RecordingError } from '../../src/conformance/errors.js';
import { AbortError, InvalidRequestError, TableChangedError, UnknownNameError } from '../../src/errors.js';
import { HostError } from '../../src/host/errors.js';
import { errorJson } from '../../src/report/error_json.js';
import { RequestTableError } from '../../src/tables/request_table.js';
import { PoolError } from '../../src/workers/errors.js';
import { expectValid } from './json_schema_files.js';
import { bpftoken, inProcess, interruptedAfter } from './run_cli.js';

const FLEET = 'examples/fleet.yaml';
const FOLDER = mkdtempSync(join(tmpdir(), 'bpftoken-errors-'));
afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

function written(name: string, text: string): string {
  const path = join(FOLDER, name);
  writeFileSync(path, text);
  return path;
}

const BAD = written(
  'bad.yaml',
  'profile: linux-6.12\nuserns:\n  box: {}\ntasks:\n  a: { userns: bx }\n  b: { userns: bo }\n',
);
const NO_CMD = written('no_cmd.csv', 'task\nweb\n');
const BAD_ROW = written('bad_row.csv', 'task,cmd\nwebb,btf_load\n');
const RECORDING = written('bad.ndjson', '{"family":"use","kernel":7}\n');
const GONE = join(FOLDER, 'gone.csv');

type Case = readonly [args: readonly string[], has: object];

/** Their message is the text that is written without --json. */
const CASES: readonly Case[] = [
  [
    ['check', BAD],
    {
      code: 'SCENARIO',
      diagnostics: [
        { file: BAD, line: 5, column: 16, nearest: 'box' },
        { file: BAD, line: 6, column: 16, nearest: 'box' },
      ],
    },
  ],
  [['eval', FLEET, '--requests', NO_CMD], { code: 'REQUEST_TABLE', diagnostics: [{ file: NO_CMD, line: 1 }] }],
  [
    ['eval', FLEET, '--requests', BAD_ROW, '--strict'],
    { code: 'BAD_ROW', diagnostics: [{ file: BAD_ROW, line: 2, column: null, field: 'task', nearest: 'web' }] },
  ],
  [['replay', RECORDING], { code: 'RECORDING', diagnostics: [{ file: RECORDING, line: 1, column: 26 }] }],
  [['eval', FLEET, '--requests', GONE], { code: 'FILE', errno: 'ENOENT', diagnostics: [{ file: GONE }] }],
  [['check', GONE], { code: 'INPUT', errno: 'ENOENT', diagnostics: [{ file: GONE, line: null }] }],
  [['check', FLEET, '--task', 'wbe', '--cmd', 'btf_load'], { code: 'INPUT', diagnostics: [{ nearest: 'web' }] }],
  [
    ['check', FLEET, '--request', 'a program type that is not delegate'],
    { code: 'INPUT', diagnostics: [{ file: null }] },
  ],
  [['check', FLEET, '--task', 'web', '--cmd', 'prog_lod'], { code: 'INPUT', diagnostics: [{ nearest: 'prog_load' }] }],
  [['check', FLEET], { code: 'INPUT', errno: null, diagnostics: [] }],
  [['list', 'cmdz'], { code: 'INPUT', diagnostics: [{ nearest: 'cmds' }] }],
  [['matrix', FLEET, '--profile', 'linux-6.99'], { code: 'INPUT', diagnostics: [{ nearest: 'linux-6.9' }] }],
  [['probe', '--cases', '0'], { code: 'INPUT', diagnostics: [] }],
];

/** What commander finds; the text has more lines. */
const USAGE: readonly Case[] = [
  [['check', FLEET, '--tsk', 'web'], { message: "unknown option '--tsk'", diagnostics: [{ nearest: '--task' }] }],
  [['chek', FLEET], { message: "unknown command 'chek'", diagnostics: [{ nearest: 'check' }] }],
  [['check'], { message: "missing required argument 'scenario'", diagnostics: [] }],
  [['generate', FLEET], { message: "required option '--rows <number>' not specified", diagnostics: [] }],
  [['matrix', FLEET, '--csv'], { diagnostics: [] }],
  [[], { diagnostics: [] }],
];

/** The one line of JSON that a command wrote, validated. */
function errorOf({ stdout, stderr }: { readonly stdout: string; readonly stderr: string }): Record<string, unknown> {
  expect(stdout).toBe('');
  expect(stderr).toMatch(/^\{[^\n]*\}\n$/);
  const error = JSON.parse(stderr);
  expectValid('error', error);
  expect(Object.keys(error)[0]).toBe('schema');
  return error;
}

test.each(CASES)('%j: with --json one line of JSON, without it the same words', async (args, has) => {
  const result = await inProcess([...args, '--json']);
  const error = errorOf(result);
  expect(error).toMatchObject(has);
  const text = await inProcess(args);
  expect(text).toEqual({ code: 2, stdout: '', stderr: `${error.message}\n` });
  expect(result.code).toBe(2);
});

test.each(USAGE)('%j is a usage error', async (args, has) => {
  const result = await inProcess([...args, '--json']);
  expect(result.code).toBe(2);
  expect(errorOf(result)).toMatchObject({ code: 'USAGE', ...has });
});

test('a usage error without --json has the text that commander gives', async () => {
  expect(await inProcess(['check', FLEET, '--tsk', 'web'])).toEqual({
    code: 2,
    stdout: '',
    stderr: "error: unknown option '--tsk'\n(Did you mean --task?)\n(bpftoken --help lists the commands)\n",
  });
});

test('--json after -- is an argument, and does not ask for JSON', async () => {
  const { code, stderr } = await inProcess(['list', '--', '--json']);
  expect(code).toBe(2);
  expect(stderr).toMatch(/^nothing to list under --json/);
});

test('a full disk behind standard output', async () => {
  const full = openSync('/dev/full', 'w');
  const { code, stderr } = await bpftoken(['list', 'profiles', '--json'], { stdout: full });
  closeSync(full);
  expect(code).toBe(2);
  expect(errorOf({ stdout: '', stderr })).toMatchObject({ code: 'FILE', errno: 'ENOSPC' });
});

test('an interrupt', async () => {
  const args = ['eval', FLEET, '--generate', '2G', '--workers', '1'];
  const result = await bpftoken([...args, '--json'], { env: interruptedAfter(200) });
  expect(result.code).toBe(130);
  expect(errorOf(result)).toMatchObject({ code: 'ABORTED', message: 'interrupted: no output was written' });
});

const system = (): Error => {
  try {
    readFileSync(GONE);
  } catch (error) {
    return error as Error;
  }
  throw new Error('the file is not to be there');
};

test.each<readonly [Error, object]>([
  [system(), { code: 'SYSTEM', errno: 'ENOENT', diagnostics: [] }],
  [new BatchFileError('write', 'a', system()), { code: 'FILE', errno: 'ENOENT', diagnostics: [{ file: 'a' }] }],
  [
    new BadRowError('a', { kind: 'no_such_task', row: 7, column: 'task', message: 'x' }),
    { diagnostics: [{ file: 'a', line: null, row: 7, field: 'task', message: 'x' }] },
  ],
  [new RecordingError('a', 2, 3, 'x'), { diagnostics: [{ file: 'a', line: 2, column: 3, message: 'x' }] }],
  [
    new RequestTableError('a', undefined, 'cmd', 'x'),
    { diagnostics: [{ file: 'a', line: null, column: null, field: 'cmd', message: 'x' }] },
  ],
  [new UnknownNameError('task', 'wbe', { message: 'x', nearest: 'web' }), { diagnostics: [{ nearest: 'web' }] }],
  [new InvalidRequestError('prog_type', 'x'), { diagnostics: [{ file: null, field: 'prog_type' }] }],
  [new TableChangedError('a', 'it became shorter'), { code: 'TABLE_CHANGED', diagnostics: [{ file: 'a' }] }],
  [new TooManyGroupsError('task'), { code: 'TOO_MANY_GROUPS', diagnostics: [] }],
  [new HostError('x'), { code: 'HOST' }],
  [new PoolError('NO_WORKERS', 'x', new Error('y')), { code: 'NO_WORKERS', errno: null }],
  [new AbortError(), { code: 'ABORTED' }],
])('%s has its code, and its place where it has one', (error, has) => {
  const json = errorJson(error, error.message);
  expectValid('error', json);
  expect(json).toMatchObject(has);
});
