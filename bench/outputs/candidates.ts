import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The formats that are written as they are read. */
export const OUTPUT_FORMATS = ['arrow', 'parquet', 'csv', 'ndjson'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

/** The root of the project, from build/js/bench/outputs. */
export const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
const COMMAND = 'dist/cli/main.js';
const COPY = fileURLToPath(new URL('./copy.js', import.meta.url));
const SCENARIO = 'examples/fleet.yaml';
/** Threads, ours and DuckDB's. */
const WORKERS = '2';

/** What is timed: a process that prints how long its work took. */
export interface OutputCandidate {
  readonly name: string;
  readonly args: readonly string[];
  /** The file it writes. */
  readonly writes?: string;
}

/** The name of what decides requests of a format, with their rows written or not. */
export const evalName = (format: OutputFormat, isWritten: boolean): string =>
  isWritten ? `bpftoken eval, ${format} to ${format}` : `bpftoken eval, ${format} without output`;
export const copyName = (format: OutputFormat): string => `duckdb, ${format} to ${format}`;
export const GENERATE = 'bpftoken generate, to arrow';
export const GENERATE_IN_MEMORY = 'bpftoken eval --generate, without output';

/** The table of requests of a format. */
export const inputOf = (folder: string, format: OutputFormat): string => join(folder, `requests.${format}`);

/** What makes the tables of requests, which are read by all. */
export function generateArgs(rows: number, seed: number, path: string): string[] {
  return [COMMAND, 'generate', SCENARIO, '--rows', String(rows), '--seed', String(seed), '--out', path, '--json'];
}

/** What is timed, with inputs in one folder and outputs in another. */
export function outputCandidates(from: string, to: string, rows: number, seed: number): OutputCandidate[] {
  const evaluate = (format: OutputFormat, isWritten: boolean): OutputCandidate => {
    const writes = join(to, `verdicts.${format}`);
    const args = [COMMAND, 'eval', SCENARIO, '--requests', inputOf(from, format), '--workers', WORKERS, '--json'];
    const name = evalName(format, isWritten);
    return isWritten ? { name, args: [...args, '--out', writes], writes } : { name, args };
  };
  const copy = (format: OutputFormat): OutputCandidate => {
    const writes = join(to, `copied.${format}`);
    return { name: copyName(format), args: [COPY, inputOf(from, format), writes, format, WORKERS], writes };
  };
  const drawn = join(to, 'drawn.arrow');
  return [
    evaluate('arrow', false),
    ...OUTPUT_FORMATS.flatMap((format) => [evaluate(format, true), ...(format === 'arrow' ? [] : [copy(format)])]),
    {
      name: GENERATE_IN_MEMORY,
      args: [
        COMMAND,
        'eval',
        SCENARIO,
        '--generate',
        String(rows),
        '--seed',
        String(seed),
        '--workers',
        WORKERS,
        '--json',
      ],
    },
    { name: GENERATE, args: [...generateArgs(rows, seed, drawn), '--workers', WORKERS], writes: drawn },
  ];
}
