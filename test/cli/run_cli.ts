import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
/** The repository: commands run there, so that messages name files as the README does. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly stdin?: string;
  /** Called with the running process. */
  readonly during?: (child: ChildProcess) => void;
}

/** Runs the built command as a person would, with pipes for its streams. */
export function bpftoken(args: readonly string[], options?: CliOptions): Promise<CliResult> {
  return runMain(MAIN, args, options);
}

/** The same with another build of the command. */
export async function runMain(
  main: string,
  args: readonly string[],
  { stdin = '', during }: CliOptions = {},
): Promise<CliResult> {
  const child = spawn(process.execPath, [main, ...args], { cwd: ROOT });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  child.stdin.on('error', () => {});
  child.stdin.end(stdin);
  during?.(child);
  const code = await new Promise<number | null>((resolve) => {
    child.on('close', resolve);
  });
  return { code, stdout, stderr };
}
