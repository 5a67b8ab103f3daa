import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { needKernel, thisHost } from '../../src/host/requirements.js';
import { ROOT } from '../cli/run_cli.js';
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

/** The command, copied to a folder that any user may read: the folders of the checkout may be closed to them. */
export function copiedCommand(folder: string): string {
  for (const part of ['dist', 'package.json', 'node_modules/jsonc-parser']) {
    cpSync(join(ROOT, part), join(folder, part), { recursive: true });
  }
  return join(folder, 'dist/cli/main.js');
}

/** A script of this folder that has said its first line and runs on. */
export interface RunningScript {
  /** Its first line. */
  readonly line: string;
  /** Its answer to a line, which is a line. */
  ask(line: string): Promise<string>;
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
    const line = await nextLine(child);
    const ask = (text: string): Promise<string> => {
      const answer = nextLine(child);
      child.stdin.write(`${text}\n`);
      return answer;
    };
    return { line, ask, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The next line that it says. It says one at a time. */
function nextLine(child: ChildProcess): Promise<string> {
  let said = '';
  let complaints = '';
  return new Promise((resolve, reject) => {
    const onText = (text: string): void => {
      said += text;
      if (said.includes('\n')) settle(() => resolve(said.slice(0, said.indexOf('\n'))));
    };
    const onComplaint = (text: string): void => {
      complaints += text;
    };
    const onClose = (): void => settle(() => reject(new Error(`the script has ended: ${complaints}`)));
    const settle = (answer: () => void): void => {
      child.stdout?.off('data', onText);
      child.stderr?.off('data', onComplaint);
      child.off('close', onClose);
      answer();
    };
    child.stdout?.setEncoding('utf8').on('data', onText);
    child.stderr?.setEncoding('utf8').on('data', onComplaint);
    child.once('close', onClose);
  });
}
