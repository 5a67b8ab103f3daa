import { spawnSync } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { at, contents, FLEET, folder, TABLE } from './one_file_folder.js';
import { inProcess, MAIN } from './run_cli.js';

const counts = ['--summary', 'cmd', '--summary-out'];
const refused = (args: readonly string[], stderr: string) => ({ args, stderr });
const evaluating = (requests: string, ...more: readonly string[]): string[] => [
  'eval',
  at('s.yaml'),
  '--requests',
  at(requests),
  ...more,
];

describe('two files of a command that are one file, one of them written, are refused before any work', () => {
  test.each([
    ['verdicts and counts in one file lost all verdicts', 'r.csv', ['--out', 'x.csv', ...counts, 'x.csv']],
    ['by another spelling', 'r.csv', ['--out', 'x.csv', ...counts, 'sub/../x.csv']],
    ['by a folder that is a link', 'r.csv', ['--out', 'sub/x.csv', ...counts, 'sub-link/x.csv']],
    ['by a link to nothing', 'r.csv', ['--out', 'new.csv', ...counts, 'dangling.csv']],
    ['by hard links', 'r.csv', ['--out', 'r.csv', ...counts, 'hard.csv']],
    ['the table and verdicts', 'r.csv', ['--out', 'r.csv']],
    ['the table by a symbolic link', 'symbolic.csv', ['--out', 'r.csv']],
    ['the table by a hard link', 'r.csv', ['--out', 'hard.csv']],
    ['the table and counts', 'r.csv', ['--out', 'x.csv', ...counts, 'r.csv']],
    ['the scenario and verdicts', 'r.csv', ['--out', 's.yaml', '--out-format', 'csv']],
    ['the scenario and counts', 'r.csv', [...counts, 's.yaml']],
  ])('%s', async (_, requests, more) => {
    const before = contents();
    const paths = more.map((word) => (/\./.test(word) ? `${folder}/${word}` : word));
    const { code, stdout, stderr } = await inProcess(evaluating(requests, ...paths));
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^(the scenario|--requests|--out) \S+ and --(summary-)?out \S+ are one file: .*\n$/);
    expect(contents()).toEqual(before);
  });

  test.each([
    refused(
      ['generate', at('s.yaml'), '--rows', '10', '--format', 'csv', '--out', `${folder}/./s.yaml`],
      `the scenario ${at('s.yaml')} and --out`,
    ),
    refused(
      ['eval', FLEET, '--generate', '10', '--out', '-', ...counts, '-'],
      '--out - (standard output) and --summary-out -',
    ),
    refused(
      ['eval', FLEET, '--generate', '10', '--out', '-', ...counts, '/dev/stdout'],
      'and --summary-out /dev/stdout are',
    ),
  ])('$stderr', async ({ args, stderr }) => {
    const before = contents();
    expect(await inProcess(args)).toEqual({ code: 2, stdout: '', stderr: expect.stringContaining(stderr) });
    expect(contents()).toEqual(before);
  });

  test.each([
    ['eval s.yaml --requests r.csv >> r.csv', '--requests r.csv and the report on standard output'],
    ['eval s.yaml --requests - --format csv --out r.csv < r.csv', '--requests - (standard input) and --out r.csv'],
  ])('redirected: %s', (line, said) => {
    const command = `"$0" "$1" ${line}`;
    const { status, stdout, stderr } = spawnSync('sh', ['-c', command, process.execPath, MAIN], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain(said);
    expect(contents()['s.yaml']).toBe(readFileSync(FLEET, 'utf8'));
    expect(contents()['r.csv']?.startsWith(TABLE)).toBe(true);
  });

  test('an open descriptor', async () => {
    const fd = openSync(at('r.csv'), 'r');
    const args = ['eval', FLEET, '--requests', `/dev/fd/${fd}`, '--format', 'csv', '--out', at('r.csv')];
    const stderr = expect.stringContaining(`--requests /dev/fd/${fd} and --out ${at('r.csv')}`);
    expect(await inProcess(args)).toEqual({ code: 2, stdout: '', stderr });
    closeSync(fd);
    expect(contents()['r.csv']).toBe(TABLE);
  });

  test('a device without contents may be several', async () => {
    const { code } = await inProcess(evaluating('r.csv', '--out', '/dev/null', ...counts, '/dev/null'));
    expect(code).toBe(0);
  });
});

describe('what is written to standard output comes alone', () => {
  const evaluate = ['eval', FLEET, '--requests', at('r.csv')];

  test('counts mixed with the report', async () => {
    const { code, stdout, stderr } = await inProcess([...evaluate, ...counts, '-']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'cmd,rows\nbtf_load,1\n' });
    expect(stderr).toMatch(/^linux-6\.12: 1 requests/);
  });

  test('/dev/stdout is standard output, also where that is a file', () => {
    const line = `"$0" "$1" eval s.yaml --requests r.csv --out /dev/stdout > x.csv`;
    const { status, stderr } = spawnSync('sh', ['-c', line, process.execPath, MAIN], { cwd: folder, encoding: 'utf8' });
    expect(status).toBe(0);
    expect(stderr).toMatch(/^linux-6\.12: 1 requests/);
    expect(contents()['x.csv']).toMatch(/^row,.*\n1,2,web,,btf_load,.*\n$/);
  });

  test('a descriptor is written to where it is', async () => {
    const write = async (flags: string): Promise<void> => {
      const fd = openSync(at('x.csv'), flags);
      await inProcess([...evaluate, '--out', `/dev/fd/${fd}`, '--out-format', 'csv']);
      closeSync(fd);
    };
    await write('w');
    expect(contents()['x.csv']).toMatch(/^row,.*\n1,2,web,,btf_load,.*\n$/);
    await write('a');
    expect(contents()['x.csv']?.match(/^row/gm)).toHaveLength(2);
  });
});

test('counts that cannot be written are an error before any row is decided', async () => {
  const args = ['eval', at('s.yaml'), '--generate', '2G', '--out', at('x.csv'), ...counts, at('nowhere/c.csv')];
  const before = contents();
  const { code, stderr } = await inProcess(args);
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr: `cannot write ${at('nowhere/c.csv')}: no such file or directory (ENOENT)\n`,
  });
  expect(contents()).toEqual(before);
});
