import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { contents, FLEET, folder, TABLE } from './one_file_folder.js';
import { MAIN } from './run_cli.js';

test.each([
  ['eval s.yaml --requests r.csv --out - >> r.csv', '--requests r.csv and --out - (standard output)'],
  ['eval s.yaml --requests /dev/stdin --format csv --out r.csv < r.csv', '--requests /dev/stdin and --out r.csv'],
  [
    'eval - --requests r.csv --out s.yaml --out-format csv < s.yaml',
    'the scenario - (standard input) and --out s.yaml',
  ],
  ['eval s.yaml --requests /dev/fd/3 --format csv --out r.csv 3< r.csv', '--requests /dev/fd/3 and --out r.csv'],
  ['eval s.yaml --requests r.csv --out hard.csv 2>> r.csv', ''],
  ['check s.yaml --request 1 >> s.yaml', 'the scenario s.yaml and the report on standard output'],
  ['replay r.csv >> r.csv', 'the recording r.csv and the report on standard output'],
  ['init --force s.yaml >> s.yaml', 'the file s.yaml and the report on standard output'],
])('a file that the shell redirected, and another of the command, are refused before any work: %s', (line, said) => {
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
