import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { MAIN, ROOT } from './run_cli.js';
import { signalsLeaveNothing } from './signal_law.js';

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
    await new Promise((resolve) => setTimeout(resolve, ms));
    for (const stream of child.stdio) stream?.destroy();
    process.kill(-(child.pid as number), 'SIGHUP');
    await closed;
    expect(readdirSync(own)).toEqual([]);
  }
});
