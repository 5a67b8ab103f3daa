import { spawn } from 'node:child_process';
import { AbortError } from '../../errors.js';

/** What a program writes for its input; undefined where it is not installed, or fails. Rejects with an AbortError after the signal. */
export async function scriptOutput(
  program: string,
  args: readonly string[],
  input: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'ignore'], signal });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  // A program that ends early is told by its status.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const status = await new Promise<number | null>((resolve) => {
    child.once('error', () => resolve(null));
    child.once('close', resolve);
  });
  if (signal.aborted) throw new AbortError(signal.reason);
  return status === 0 ? output : undefined;
}
