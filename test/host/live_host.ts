import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { needKernel, thisHost } from '../../src/host/requirements.js';
import { hasProgram } from '../needs.js';

/** What can delegate a bpffs, as needKernel() says it, and perl, in which the scripts are. */
export const canDelegate = ((): boolean => {
  try {
    needKernel(thisHost(release()));
    return hasProgram('perl');
  } catch {
    return false;
  }
})();

/** A script of this folder that has said its first line and runs on. */
export interface RunningScript {
  /** Its first line. */
  readonly line: string;
  /** Ends it, with all that it started, and removes its folder. */
  stop(): Promise<void>;
}

/** Runs a script in perl, whose first argument is an empty folder, up to its first line. Rejects with what it says where it fails. */
export async function runScript(name: string, args: readonly string[]): Promise<RunningScript> {
  const folder = mkdtempSync(join(tmpdir(), 'bpftoken-live-'));
  const script = fileURLToPath(new URL(name, import.meta.url));
  const child = spawn('perl', [script, folder, ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const stop = async (): Promise<void> => {
    child.stdin.end();
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    return { line: await firstLine(child), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function firstLine(child: ChildProcess): Promise<string> {
  let said = '';
  let complaints = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    complaints += text;
  });
  return new Promise((resolve, reject) => {
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (said.includes('\n')) resolve(said.slice(0, said.indexOf('\n')));
    });
    child.once('close', () => reject(new Error(`the script has ended: ${complaints}`)));
  });
}
