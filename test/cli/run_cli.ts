import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { vi } from 'vitest';
import type * as Program from '../../src/cli/program.js';

/** The built command. */
export const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
/** The repository: commands run there, so that messages name files as the README does. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly stdin?: string;
  /** A file descriptor instead of a pipe; stdout is empty then. */
  readonly stdout?: number;
  /** Added to the environment. */
  readonly env?: NodeJS.ProcessEnv;
  /** Called with the running process. */
  readonly during?: (child: ChildProcess) => void;
}

/** The environment of a command that gets Ctrl-C a number of milliseconds after it begins to handle signals. */
export function interruptedAfter(ms: number): NodeJS.ProcessEnv {
  const preloaded = new URL('./interrupt_soon.mjs', import.meta.url).href;
  return { NODE_OPTIONS: `--import ${preloaded}`, TEST_INTERRUPT_MS: String(ms) };
}

/** Runs the built command as a person would, with pipes for its streams. */
export function bpftoken(args: readonly string[], options?: CliOptions): Promise<CliResult> {
  return runMain(MAIN, args, options);
}

/** The same with another build of the command. */
export async function runMain(
  main: string,
  args: readonly string[],
  { stdin = '', stdout: to, env, during }: CliOptions = {},
): Promise<CliResult> {
  const child = spawn(process.execPath, [main, ...args], {
    cwd: ROOT,
    stdio: ['pipe', to ?? 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  child.stdin?.on('error', () => {});
  child.stdin?.end(stdin);
  during?.(child);
  const code = await new Promise<number | null>((resolve) => {
    child.on('close', resolve);
  });
  return { code, stdout, stderr };
}

const PROGRAM = new URL('../../dist/cli/program.js', import.meta.url).href;
let previous: Promise<unknown> = Promise.resolve();

/**
 * Runs the built command in this process, where starting one would take most of a test's time: for what it says, not for
 * its streams, signals and end. Commands run one after the other. Standard input is not to be read.
 */
export function inProcess(args: readonly string[]): Promise<CliResult> {
  const result = previous.then(() => captured(args));
  previous = result.catch(() => undefined);
  return result;
}

async function captured(args: readonly string[]): Promise<CliResult> {
  const { run } = (await import(PROGRAM)) as typeof Program;
  const written = { stdout: '', stderr: '' };
  const spies = (['stdout', 'stderr'] as const).map((name) =>
    vi.spyOn(process[name], 'write').mockImplementation((text, ...rest) => {
      written[name] += typeof text === 'string' ? text : Buffer.from(text).toString();
      const done = rest.find((argument) => typeof argument === 'function');
      if (done) queueMicrotask(done as () => void);
      return true;
    }),
  );
  try {
    const code = await run(['node', 'bpftoken', ...args]);
    return { code, ...written };
  } finally {
    for (const spy of spies) spy.mockRestore();
    process.exitCode = undefined;
  }
}
