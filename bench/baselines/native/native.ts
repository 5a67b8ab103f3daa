import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Columns } from '../../../src/engine/columns.js';
import type { World } from '../../../src/kernel/world.js';
import { writeWorldFile } from './format.js';

/** The compiler flags of the C program, which are part of the report. */
export const GCC_FLAGS: readonly string[] = ['-O3', '-march=native', '-std=gnu11'];

/** The profiles that decide.c supports, with their flags. */
const PROFILE_FLAG: Readonly<Record<string, readonly string[]>> = { 'linux-6.12': [], v12: ['-DPROFILE_V12'] };

/** A world and its rows, written for the compiled C program. */
export interface NativeRival {
  /** 1 for every allowed row. */
  decide(): Uint8Array;
  /** Nanoseconds per check of each repetition, after one to warm up. */
  time(repetitions: number): number[];
  /** Removes its files. */
  close(): void;
}

/** First line of `gcc --version`, or null where there is no gcc. */
export function gccVersion(): string | null {
  const { status, stdout } = spawnSync('gcc', ['--version'], { encoding: 'utf8' });
  return status === 0 ? (stdout.split('\n')[0] ?? 'gcc') : null;
}

/** Compiles decide.c for a profile into a folder and returns the program's path. Throws an Error with the messages of gcc. */
export function compileNative(profile: string, folder: string, source = 'bench/baselines/native/decide.c'): string {
  const flags = PROFILE_FLAG[profile];
  if (!flags)
    throw new RangeError(`the profile must be one of ${Object.keys(PROFILE_FLAG).join(', ')}, got ${profile}`);
  mkdirSync(folder, { recursive: true });
  const program = join(folder, `decide-${profile}`);
  run('gcc', [...GCC_FLAGS, ...flags, '-o', program, source]);
  return program;
}

/** Writes a world and rows for a compiled program. */
export function nativeRival(program: string, world: World, columns: Columns): NativeRival {
  const input = `${program}.rows`;
  const output = `${program}.allowed`;
  writeWorldFile(input, world, columns);
  return {
    decide() {
      run(program, [input, '0', output]);
      return readFileSync(output);
    },
    time(repetitions) {
      const report: unknown = JSON.parse(run(program, [input, String(repetitions), output]));
      return nanoseconds(report);
    },
    close() {
      rmSync(input, { force: true });
      rmSync(output, { force: true });
    },
  };
}

function nanoseconds(report: unknown): number[] {
  if (typeof report === 'object' && report !== null && 'ns_per_check' in report) {
    const { ns_per_check: values } = report;
    if (Array.isArray(values) && values.every((value) => typeof value === 'number')) return values;
  }
  throw new Error(`unexpected answer of the C program: ${JSON.stringify(report)}`);
}

function run(program: string, args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8' });
  if (error) throw error;
  if (status !== 0) throw new Error(`${program} ended with ${status}:\n${stderr}`);
  return stdout;
}
