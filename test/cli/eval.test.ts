import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { bpftoken, inProcess } from './run_cli.js';

const FLEET = 'examples/fleet.yaml';
const temporary = mkdtempSync(join(tmpdir(), 'bpftoken-eval-'));
afterAll(() => rmSync(temporary, { recursive: true }));

describe('generate and eval', () => {
  test('through pipes: requests in, verdicts out, the summary on standard error, no progress', async () => {
    const { stdout: table } = await bpftoken(['generate', FLEET, '--rows', '1000', '--seed', '3']);
    const args = ['eval', FLEET, '--requests', '-', '--format', 'csv', '--out', '-', '--json'];
    const { code, stdout, stderr } = await bpftoken(args, { stdin: table });
    expect(code).toBe(0);
    const [header, ...rows] = stdout.trimEnd().split('\n') as [string, ...string[]];
    expect(header.split(',')).toEqual(
      expect.arrayContaining(['task', 'verdict', 'errno', 'reason', 'token_disposition']),
    );
    expect(rows.length).toBe(1000);
    const reason = header.split(',').indexOf('reason');
    const counts: Record<string, number> = {};
    for (const row of rows) {
      const key = row.split(',')[reason] as string;
      counts[key] = (counts[key] ?? 0) + 1;
    }
    expect(JSON.parse(stderr).outcomes).toEqual(counts);
  });

  test('a bad row is reported with its line and counted; --strict makes it an error without output', async () => {
    const table = join(temporary, 'bad.csv');
    writeFileSync(
      table,
      'task,token,cmd,map_type,prog_type,expected_attach_type\n' +
        'web,,map_create,array,,\n' +
        'web,,prog_load,,xpd,\n' +
        'nobody,,btf_load,,,\n' +
        'collector,service-token,btf_load,,,\n',
    );
    const out = join(temporary, 'verdicts.csv');
    const { code, stdout } = await inProcess(['eval', FLEET, '--requests', table, '--out', out]);
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`${table}:3: prog_type: .*xpd.*did you mean xdp\\?`));
    expect(stdout).toMatch(new RegExp(`${table}:4: task: .*nobody`));
    const rows = readFileSync(out, 'utf8').trimEnd().split('\n');
    expect(rows.length).toBe(5);
    expect(rows[2]).toContain('bad_row');
    expect(rows[3]).toContain('no_such_task');
    expect(rows[4]).toContain('allowed');

    const strictOut = join(temporary, 'strict.csv');
    const strict = await inProcess(['eval', FLEET, '--requests', table, '--out', strictOut, '--strict']);
    expect(strict.code).toBe(2);
    expect(strict.stderr).toMatch(new RegExp(`^${table}:3: prog_type: .*xpd.*did you mean xdp\\? \\(--strict stops`));
    expect(strict.stdout).toBe('');
    expect(existsSync(strictOut)).toBe(false);
  });

  test('--summary counts what the output says, as a table, as JSON and as CSV', async () => {
    const table = join(temporary, 'grouped.ndjson');
    await inProcess(['generate', FLEET, '--rows', '5k', '--out', table]);
    writeFileSync(table, '{"task":"nobody","cmd":"btf_load"}\n{"task":"web","cmd":"btf_laod"}\n', { flag: 'a' });
    const [out, counts] = [join(temporary, 'all.csv'), join(temporary, 'counts.csv')];
    const asked = ['eval', FLEET, '--requests', table];
    await inProcess([...asked, '--out', out]);
    const [header, ...rows] = readFileSync(out, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => line.split(','));
    const places = ['task', 'cmd', 'reason'].map((name) => (header as string[]).indexOf(name));
    const byGroup = new Map<string, number>();
    for (const row of rows) {
      const key = places.map((place) => row[place]).join();
      byGroup.set(key, (byGroup.get(key) ?? 0) + 1);
    }
    const text = await inProcess([...asked, '--summary', 'task,cmd,reason', '--summary-out', counts]);
    const lines = readFileSync(counts, 'utf8').trimEnd().split('\n');
    expect(lines.shift()).toBe('task,cmd,reason,rows');
    expect(new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(',')), Number(line.split(',')[3])]))).toEqual(
      byGroup,
    );
    expect(byGroup.get('nobody,btf_load,no_such_task')).toBe(1);
    expect(byGroup.get('web,btf_laod,bad_row')).toBe(1);
    expect(text.stdout).toMatch(/^linux-6\.12: 5,002 requests .*\n {2}allowed .*\n\n {2}rows +task +cmd +reason\n/);
    expect(text.stdout).toMatch(/\n +1 +0\.0% +nobody +btf_load +no_such_task\n/);
    expect(text.stdout).toContain('2 rows have something wrong');
    const json = JSON.parse((await inProcess([...asked, '--summary', 'task,token', '--json'])).stdout);
    expect(json.summary.reduce((sum: number, group: { rows: number }) => sum + group.rows, 0)).toBe(5002);
    expect(json.summary).toContainEqual({ task: 'nobody', token: null, rows: 1 });
  });

  test('an expect column that does not hold makes the exit status 1', async () => {
    const table = join(temporary, 'expecting.csv');
    writeFileSync(table, 'task,token,cmd,expect\ncollector,service-token,btf_load,allowed\nweb,,btf_load,allowed\n');
    const { code, stdout } = await inProcess(['eval', FLEET, '--requests', table]);
    expect(code).toBe(1);
    expect(stdout).toContain('1 of 2 expectations hold');
    expect(stdout).toContain(':3: expected allowed, got EPERM (cap_bpf_missing)');
  });

  test('--compare-profile counts the rows another kernel answers otherwise', async () => {
    const args = ['--generate', '20k', '--compare-profile', 'v12', 'linux-6.12', '--json'];
    const { stdout } = await inProcess(['eval', FLEET, ...args]);
    const [v12, same] = JSON.parse(stdout).compared;
    expect(v12).toMatchObject({ profile: 'v12' });
    expect(v12.answers).toBeGreaterThan(100);
    expect(same).toEqual({ profile: 'linux-6.12', answers: 0, verdicts: 0, first: [] });
  });

  test('--compare-profile said how many rows differ, and not which', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'bpftoken-compare-'));
    const out = join(folder, 'differences.csv');
    const args = ['eval', FLEET, '--generate', '20k', '--compare-profile', 'v12', '--json'];
    try {
      const { stdout } = await inProcess([...args, '--compare-out', out]);
      const [v12] = JSON.parse(stdout).compared;
      const [header, ...rows] = readFileSync(out, 'utf8').trimEnd().split('\n');
      expect(header).toMatch(/^row,line,profile,verdict,.*,there_verdict,/);
      expect(rows).toHaveLength(v12.answers);
      expect(v12.first).toHaveLength(20);
      const shown = v12.first.map(({ row, here, there }: Record<string, Record<string, string>>) =>
        [row, '', 'v12', here, there].flatMap((cell) =>
          cell && typeof cell === 'object' ? [cell.verdict, cell.errno ?? '', cell.reason, cell.token] : [String(cell)],
        ),
      );
      expect(shown.map((cells: string[]) => cells.join(','))).toEqual(rows.slice(0, 20));
      // Over workers, which take rows in any order, the same.
      const many = ['eval', FLEET, '--generate', '1100k', '--compare-profile', 'v12', '--json', '--workers'];
      const [alone, shared] = await Promise.all(['1', '2'].map((workers) => inProcess([...many, workers])));
      expect(JSON.parse(shared?.stdout ?? '').compared).toEqual(JSON.parse(alone?.stdout ?? '').compared);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test.each([
    [['eval', FLEET], /either --requests FILE or --generate ROWS is needed/],
    [
      ['eval', FLEET, '--generate', '10', '--requests', 'x.csv'],
      /'--requests <file>' cannot be used with option '--generate <rows>'/,
    ],
    [['eval', FLEET, '--generate', 'ten'], /--generate ten: a whole number/],
    [['eval', FLEET, '--requests', 'nowhere.csv'], /cannot read nowhere\.csv: no such file/],
    [['eval', FLEET, '--requests', 'table.txt'], /table\.txt: its name does not tell/],
    [['eval', FLEET, '--generate', '10', '--out', '/nowhere/x.csv'], /cannot write \/nowhere\/x\.csv/],
    [['eval', FLEET, '--generate', '10', '--workers', '0'], /--workers 0: a whole number from 1 to 63 is expected/],
    [['eval', FLEET, '--generate', '10', '--workers', '64'], /--workers 64: a whole number from 1 to 63/],
    [
      ['eval', FLEET, '--generate', '10', '--compare-profile', 'v13'],
      /--compare-profile v13: one of .* did you mean v1[12]\?/,
    ],
    [['eval', FLEET, '--generate', '10', '--summary', 'task,reson'], /--summary reson: .*did you mean reason\?/],
    [['eval', FLEET, '--generate', '10', '--summary-out', 'x.csv'], /--summary-out is read only with --summary/],
    [
      ['eval', FLEET, '--generate', '10', '--summary', 'cmd', '--summary-out', '/nowhere/x.csv'],
      /cannot write \/nowhere\/x\.csv/,
    ],
    [['eval', '-', '--requests', '-', '--format', 'csv'], /standard input cannot be both/],
    [['eval', 'nowhere.yaml', '--generate', '10'], /nowhere\.yaml: cannot be read/],
  ])('%j is a usage error', async (args, message) => {
    const { code, stderr, stdout } = await inProcess(args);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/ {4}at /);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });

  test.each(['eval', 'generate'])('%s: a scenario without tasks is an error', async (command) => {
    const args = command === 'eval' ? ['--generate', '10'] : ['--rows', '10'];
    const scenario = join(temporary, 'nobody.yaml');
    writeFileSync(scenario, 'profile: v12\n');
    expect(await inProcess([command, scenario, ...args])).toMatchObject({
      code: 2,
      stdout: '',
      stderr: `${scenario}: the scenario defines no tasks\n`,
    });
  });

  test('a summary is the same to the byte for any number of workers, but for the time it took', async () => {
    const summaries = await Promise.all(
      ['1', '3'].map((workers) => inProcess(['eval', FLEET, '--generate', '1100k', '--workers', workers])),
    );
    const [alone, among] = summaries.map(({ stdout }) => stdout.replace(/ in .*/, ''));
    expect(alone).toMatch(/^linux-6\.12: 1,100,000 requests\n/);
    expect(among).toBe(alone);
  });

  test('Ctrl-C leaves no output', async () => {
    const directory = mkdtempSync(join(temporary, 'interrupt-'));
    const out = join(directory, 'verdicts.csv');
    const result = await bpftoken(['eval', FLEET, '--generate', '2G', '--out', out], {
      during: (child) => {
        // Interrupted once it writes: the temporary file beside the output shows that it does.
        const timer = setInterval(() => {
          if (readdirSync(directory).length === 0) return;
          clearInterval(timer);
          child.kill('SIGINT');
        }, 20);
        child.on('exit', () => clearInterval(timer));
      },
    });
    expect(result).toMatchObject({ code: 130, stdout: '' });
    expect(readdirSync(directory)).toEqual([]);
  });
});
