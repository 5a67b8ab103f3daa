import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { bpftoken, MAIN, ROOT } from './run_cli.js';
import { signalsEndWriting, signalsLeaveNothing, startWriting } from './signal_law.js';

const folder = mkdtempSync(join(tmpdir(), 'bpftoken-signals-'));
afterAll(() => rmSync(folder, { recursive: true }));
const seed = Number(process.env.SIGNALS_SEED ?? Date.now() % 2 ** 31);

test(`signals at any moment leave whole outputs or none, and nothing else (SIGNALS_SEED=${seed})`, async () => {
  await signalsLeaveNothing(folder, 200, seed);
}, 600_000);

test('timeout leaves nothing', () => {
  const own = join(folder, 'timeout');
  mkdirSync(own);
  for (const signal of ['TERM', 'HUP', 'INT']) {
    for (let tenths = 2; tenths < 10; tenths += 2) {
      const args = ['-s', signal, `0.${tenths}`, process.execPath, MAIN, 'eval', 'examples/fleet.yaml'];
      const { status } = spawnSync('timeout', [...args, '--generate', '2G', '--out', join(own, 'x.csv')], {
        cwd: ROOT,
      });
      expect(status).toBe(124);
      expect(readdirSync(own)).toEqual([]);
    }
  }
});

test('a process group that is told that its terminal is gone leaves nothing', async () => {
  const own = join(folder, 'group');
  mkdirSync(own);
  for (let ms = 100; ms < 900; ms += 100) {
    const args = [MAIN, 'eval', 'examples/fleet.yaml', '--generate', '2G', '--out', join(own, 'x.csv')];
    const child = spawn(process.execPath, args, { cwd: ROOT, detached: true, stdio: 'pipe' });
    const closed = new Promise((resolve) => child.once('exit', resolve));
    await setTimeout(ms);
    for (const stream of child.stdio) stream?.destroy();
    process.kill(-(child.pid as number), 'SIGHUP');
    await closed;
    expect(readdirSync(own)).toEqual([]);
  }
});

test.each([
  ['SIGTERM again and again, as timeout sends it', Array(20).fill('SIGTERM'), [130, null]],
  ['a signal that is not heeded', ['SIGQUIT'], [null, 'SIGQUIT']],
] as const)('no temporary file stays after %s', async (name, signals, ended) => {
  await signalsEndWriting(folder, name, signals, ended);
});

test('no temporary file stays after an uncaught exception, and after process.exit()', async () => {
  for (const [i, end] of ['throw new Error()', 'process.exit(3)'].entries()) {
    const preloaded = `data:text/javascript,process.once('SIGUSR1', () => { ${end} })`;
    const { own, child, closed } = await startWriting(folder, `end-${i}`, { NODE_OPTIONS: `--import "${preloaded}"` });
    child.kill('SIGUSR1');
    expect((await closed)[0]).toBe(i === 0 ? 1 : 3);
    expect(readdirSync(own)).toEqual([]);
  }
});

const FLEET = 'examples/fleet.yaml';
const waiting = join(folder, 'waiting');
// The first Ctrl-C did nothing where the process waited inside open().
test.each([
  ['a request table in Arrow', ['eval', FLEET, '--requests', waiting, '--format', 'arrows']],
  ['counts', ['eval', FLEET, '--generate', '10', '--summary', 'cmd', '--summary-out', waiting]],
  ['generated requests', ['generate', FLEET, '--rows', '10', '--format', 'csv', '--out', waiting]],
  ['a recording', ['replay', waiting]],
  ['a starter scenario', ['init', '--force', waiting]],
])('a FIFO without a partner, for %s, ends with the first Ctrl-C', async (_, args) => {
  if (!existsSync(waiting)) expect(spawnSync('mkfifo', [waiting]).status).toBe(0);
  const preloaded = new URL('./interrupt_soon.mjs', import.meta.url).href;
  const env = { NODE_OPTIONS: `--import ${preloaded}`, TEST_INTERRUPT_MS: '100' };
  expect(await bpftoken(args, { env })).toMatchObject({ code: 130 });
});
