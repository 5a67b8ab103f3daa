import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, describe, expect, test } from 'vitest';
import { bpftoken, MAIN, ROOT } from './run_cli.js';
import { signalsEndWriting, signalsLeaveNothing } from './signal_law.js';

const FLEET = 'examples/fleet.yaml';
const folder = mkdtempSync(join(tmpdir(), 'bpftoken-signals-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('signals at any moment leave whole outputs or none, and nothing else', async () => {
  await signalsLeaveNothing(folder, 2, 1, '50k');
});

// Together with the next test, as they mostly wait.
describe.concurrent('no temporary file stays', () => {
  test.each([
    ['SIGHUP, which left one every time', ['SIGHUP'], [130, null]],
    ['Ctrl-C again and again', Array(20).fill('SIGINT'), [130, null]],
  ] as const)('after %s', async (name, signals, ended) => {
    await signalsEndWriting(folder, name, signals, ended);
  });

  test('after a second signal to work that does not end', async () => {
    const own = join(folder, 'endless');
    mkdirSync(own);
    const [dist, path] = [new URL('../../dist/', import.meta.url).href, JSON.stringify(join(own, 'x'))];
    const script = `
      import { withInterrupt } from '${dist}cli/interrupt.js';
      import { AtomicFile } from '${dist}batch/output/atomic_file.js';
      setInterval(() => {}, 1000);
      await withInterrupt(() => { AtomicFile.open(${path}); return new Promise(() => {}); });`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'ignore' });
    const closed = once(child, 'close');
    while (child.exitCode === null && readdirSync(own).length === 0) await setTimeout(5);
    child.kill('SIGINT');
    // A second one counts once a second has gone by.
    await setTimeout(1100);
    expect(child.exitCode).toBe(null);
    child.kill('SIGTERM');
    expect(await closed).toEqual([null, 'SIGTERM']);
    expect(readdirSync(own)).toEqual([]);
  });
});

test.concurrent('Ctrl-C ends a command whose reader does not read, with exit status 130', async () => {
  const args = [MAIN, 'eval', FLEET, '--generate', '2G', '--out', '-'];
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
  const closed = once(child, 'exit');
  await once(child.stdout, 'readable');
  await setTimeout(200);
  child.kill('SIGINT');
  expect(await closed).toEqual([130, null]);
  child.stdout.destroy();
});

describe('a FIFO', () => {
  const at = (name: string): string => join(folder, name);
  const fifo = (name: string): string => {
    expect(spawnSync('mkfifo', [at(name)]).status).toBe(0);
    return at(name);
  };
  const waiting = fifo('waiting');

  // The first Ctrl-C did nothing where the process waited inside open().
  test.each([
    ['the request table', ['eval', FLEET, '--requests', waiting, '--format', 'csv']],
    ['verdicts', ['eval', FLEET, '--generate', '10', '--out', waiting, '--out-format', 'csv']],
  ])('without a partner, for %s, ends with the first Ctrl-C', async (_, args) => {
    const preloaded = new URL('./interrupt_soon.mjs', import.meta.url).href;
    const env = { NODE_OPTIONS: `--import ${preloaded}`, TEST_INTERRUPT_MS: '100' };
    expect(await bpftoken(args, { env })).toMatchObject({ code: 130 });
  });

  test('carries tables both ways, and a partner may come late', () => {
    const [requests, verdicts, counts] = [fifo('requests'), fifo('verdicts'), fifo('counts')];
    writeFileSync(at('r.csv'), 'task,cmd\nweb,btf_load\nweb,btf_load\n');
    const line = `
      "$0" "$1" eval ${FLEET} --requests ${requests} --format csv --out ${verdicts} --out-format csv \\
        --summary cmd --summary-out ${counts} --json > /dev/null &
      sleep 0.2; cat ${at('r.csv')} > ${requests} &
      wc -l < ${verdicts}; cat ${counts}; wait $!`;
    const { stdout } = spawnSync('sh', ['-c', line, process.execPath, MAIN], { cwd: ROOT, encoding: 'utf8' });
    expect(stdout.trim().split('\n')).toEqual(['3', 'cmd,rows', 'btf_load,2']);
  });

  test('whose reader goes away ends the output silently', async () => {
    const path = fifo('leaving');
    const reader = spawn('head', ['-c', '1', path], { stdio: 'ignore' });
    const args = ['eval', FLEET, '--generate', '2G', '--out', path, '--out-format', 'csv', '--json'];
    const { code, stdout } = await bpftoken(args);
    reader.kill();
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ cut_short: true });
  });
});
