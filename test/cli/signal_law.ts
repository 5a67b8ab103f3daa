import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import fc from 'fast-check';
import { expect } from 'vitest';
import { bpftoken, MAIN, ROOT } from './run_cli.js';

const FLEET = 'examples/fleet.yaml';
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;

/** Commands that write files into a folder: all that may be there afterwards. */
const COMMANDS: Readonly<Record<string, (folder: string, rows: string) => string[]>> = {
  'two outputs of drawn rows': (folder, rows) => [
    ...['eval', FLEET, '--generate', rows, '--out', join(folder, 'x.csv')],
    ...['--summary', 'cmd,reason', '--summary-out', join(folder, 'counts.csv')],
  ],
  'a request table': (folder, rows) => ['generate', FLEET, '--rows', rows, '--out', join(folder, 'x.parquet')],
  'a scenario': (folder) => ['init', join(folder, 'scenario.yaml')],
};

/** What comes to a process, a part of the time an undisturbed run takes after the one before (or its start). */
interface Disturbance {
  readonly command: string;
  /** Whether time starts once something lies in the folder. */
  readonly waits: boolean;
  readonly signals: readonly { readonly name: (typeof SIGNALS)[number]; readonly after: number }[];
}

const disturbance: fc.Arbitrary<Disturbance> = fc.record({
  command: fc.constantFrom(...Object.keys(COMMANDS)),
  waits: fc.boolean(),
  signals: fc.array(
    fc.record({
      name: fc.constantFrom(...SIGNALS),
      after: fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constant(0)),
    }),
    { minLength: 1, maxLength: 3 },
  ),
});

const filesIn = (folder: string): Map<string, Buffer> =>
  new Map(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))]));

/**
 * Signals at many moments, one or several, leave whole outputs or none in the folder, and nothing else. `runs` are made
 * from the seed, some of them at a time, of commands that write `rows`.
 */
export async function signalsLeaveNothing(folder: string, runs: number, seed: number, rows = '150k'): Promise<void> {
  const left = [...fc.sample(disturbance, { numRuns: runs, seed }).entries()];
  const drawn = new Set(left.map(([, { command }]) => command));
  const undisturbed = new Map<string, { ms: number; files: Map<string, Buffer> }>();
  for (const [name, args] of Object.entries(COMMANDS)) {
    if (!drawn.has(name)) continue;
    const own = join(folder, `undisturbed-${name}`);
    mkdirSync(own);
    const started = performance.now();
    expect(await bpftoken(args(own, rows))).toMatchObject({ code: 0 });
    undisturbed.set(name, { ms: performance.now() - started, files: filesIn(own) });
  }
  let ended = 0;
  const disturbed = async (run: Disturbance, number: number): Promise<void> => {
    const own = join(folder, `run-${number}`);
    mkdirSync(own);
    const { ms, files } = undisturbed.get(run.command) as { ms: number; files: Map<string, Buffer> };
    const args = (COMMANDS[run.command] as (typeof COMMANDS)[string])(own, rows);
    const child = spawn(process.execPath, [MAIN, ...args], { cwd: ROOT, stdio: 'ignore' });
    let isOver = false;
    const end = once(child, 'close').then(() => {
      isOver = true;
    });
    while (run.waits && !isOver && readdirSync(own).length === 0) await setTimeout(2);
    for (const { name, after } of run.signals) {
      await Promise.race([setTimeout(after * ms), end]);
      child.kill(name);
    }
    await end;
    for (const [name, bytes] of filesIn(own)) {
      const expected = files.get(name);
      expect({ name, isWhole: expected?.equals(bytes) }, JSON.stringify(run)).toEqual({ name, isWhole: true });
    }
    if (readdirSync(own).length < files.size) ended += 1;
    rmSync(own, { recursive: true });
  };
  const work = async (): Promise<void> => {
    for (let next = left.pop(); next; next = left.pop()) await disturbed(next[1], next[0]);
  };
  await Promise.all([work(), work()]);
  // Most signals come before the end, or nothing would be shown.
  expect(ended).toBeGreaterThan(runs / 3);
}

/** Starts a command that would take minutes, and waits until it writes to the folder. */
export async function startWriting(folder: string, name: string, env: NodeJS.ProcessEnv = {}) {
  const own = join(folder, name);
  mkdirSync(own);
  const args = [MAIN, 'eval', FLEET, '--generate', '2G', '--out', join(own, 'x.csv')];
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: 'ignore', env: { ...process.env, ...env } });
  while (readdirSync(own).length === 0) await setTimeout(5);
  // Workers are started by then: cleaning up takes a while.
  await setTimeout(300);
  const closed = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  return { own, child, closed };
}

/** A command that writes ends by the signals, sent one after the other, as `ended` says, and leaves no temporary file. */
export async function signalsEndWriting(
  folder: string,
  name: string,
  signals: readonly NodeJS.Signals[],
  ended: readonly [number | null, NodeJS.Signals | null],
): Promise<void> {
  const { own, child, closed } = await startWriting(folder, name);
  for (const signal of signals) {
    child.kill(signal);
    await setTimeout(3);
  }
  const [code, signal] = await closed;
  expect(readdirSync(own)).toEqual([]);
  // The last of many may come when Node has stopped to listen.
  if (signals.length === 1 || code !== null) expect([code, signal]).toEqual(ended);
}
