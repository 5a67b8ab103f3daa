import { spawn } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTemporaryFolder, releaseTemporary } from '../batch/output/temporary_files.js';
import type { KernelVocabulary } from '../conformance/vocabulary_difference.js';
import { AbortError } from '../errors.js';
import { buildRecorder } from './build_recorder.js';
import { HostError } from './errors.js';

const NEWLINE = 10;

export interface ProbeOptions {
  readonly seed: number;
  /** How many cases; some may be left out. */
  readonly cases: number;
  readonly signal: AbortSignal;
  /** Told how many cases there are so far. */
  readonly onCases: (cases: number) => void;
}

/** What the running kernel answered. */
export interface LiveRecording {
  /** NDJSON (docs/recordings.md). */
  readonly recording: Uint8Array;
  readonly vocabulary: KernelVocabulary;
  /** What the recorder has to say of it: cases it had to leave out, and why. */
  readonly notes: readonly string[];
}

/**
 * Compiles the recorder and has it ask the running kernel. Nothing of it stays, whatever happens. Throws a HostError
 * where it cannot be compiled or does not come to its end, an AbortError after the signal.
 */
export async function askKernel({ seed, cases, signal, onCases }: ProbeOptions): Promise<LiveRecording> {
  const folder = createTemporaryFolder(join(tmpdir(), 'bpftoken-probe-'));
  try {
    const program = join(folder, 'recorder');
    const words = join(folder, 'vocabulary');
    await buildRecorder(program, signal);
    const args = ['--out', '-', '--seed', String(seed), '--cases', String(cases), '--vocabulary', words];
    const { recording, notes } = await record(program, args, signal, onCases);
    return { recording, notes, vocabulary: JSON.parse(await readFile(words, 'utf8')) };
  } finally {
    await rm(folder, { recursive: true, force: true });
    releaseTemporary(folder);
  }
}

async function record(
  program: string,
  args: readonly string[],
  signal: AbortSignal,
  onCases: (cases: number) => void,
): Promise<Pick<LiveRecording, 'recording' | 'notes'>> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  // It cleans up and exits.
  const stop = (): void => void child.kill('SIGTERM');
  signal.addEventListener('abort', stop);
  const pieces: Uint8Array[] = [];
  let said = '';
  let count = 0;
  child.stdout.on('data', (piece: Uint8Array) => {
    pieces.push(piece);
    for (let at = piece.indexOf(NEWLINE); at >= 0; at = piece.indexOf(NEWLINE, at + 1)) count += 1;
    onCases(count);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  try {
    const status = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    if (signal.aborted) throw new AbortError(signal.reason);
    const lines = said
      .trim()
      .split('\n')
      .map((line) => line.replace(/^recorder: /, ''));
    if (status !== 0) throw new HostError(`this kernel could not be asked: ${lines.join('; ')}`);
    // The last line has the totals, which the replay shows.
    return { recording: Buffer.concat(pieces), notes: lines.slice(0, -1) };
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
