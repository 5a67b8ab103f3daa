import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { errorCode } from '../batch/errors.js';
import { AbortError } from '../errors.js';
import { HostError } from './errors.js';

/** The recorder's sources, which come with the package. */
const SOURCES = fileURLToPath(new URL('../../recorder', import.meta.url));
/** Tried in this order, after what $CC names. */
const COMPILERS = ['cc', 'gcc', 'clang'];
const COMPLAINT_LINES = 5;

const execute = promisify(execFile);

/** Compiles the recorder to `program`. Throws a HostError where there is no compiler, or it cannot. */
export async function buildRecorder(program: string, signal: AbortSignal): Promise<void> {
  const files = (await readdir(SOURCES)).filter((name) => name.endsWith('.c')).map((name) => join(SOURCES, name));
  const { CC } = process.env;
  const compilers = CC ? [CC] : COMPILERS;
  for (const compiler of compilers) {
    try {
      await execute(compiler, ['-O2', '-o', program, ...files], { signal });
      return;
    } catch (error) {
      if (signal.aborted) throw new AbortError(signal.reason);
      if (errorCode(error) !== 'ENOENT') throw new HostError(complaint(compiler, error));
    }
  }
  throw new HostError(
    `a C compiler is needed, and there is none (${compilers.join(', ')}): install gcc with the C library's headers`,
  );
}

function complaint(compiler: string, error: unknown): readonly string[] {
  const stderr = error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error);
  const lines = stderr.split('\n').filter((line) => line.trim() !== '');
  const shown = lines.slice(0, COMPLAINT_LINES).map((line) => `  ${line}`);
  return [`${compiler} cannot compile the recorder (the C library's headers may be missing)`, ...shown];
}
