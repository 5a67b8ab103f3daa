import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type Spread, spreadOf } from './statistics.js';

/** The root of the project, from build/js/bench. */
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const MAIN = 'dist/cli/main.js';
const SCENARIO = 'examples/container-manager.yaml';
const NODE = 'node -e 0';

/** A denied request: check and explain end with this status. */
const DENIED = 1;
/** Commands that end at once, each on a scenario of 86 lines where it reads one. */
const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  version: ['--version'],
  help: ['--help'],
  list: ['list', 'profiles'],
  completion: ['completion', 'bash'],
  init: ['init', '-'],
  check: ['check', SCENARIO, '--task', 'tracer', '--cmd', 'btf_load'],
  explain: ['explain', SCENARIO, '--task', 'tracer', '--cmd', 'btf_load'],
  matrix: ['matrix', SCENARIO, '--task', 'tracer'],
  test: ['test', SCENARIO],
};

/** How long a command takes from its start to its end, beside a Node process that does nothing. */
export interface StartUp {
  readonly command: string;
  readonly milliseconds: Spread;
  /** How many times as long as `node -e 0`, by round. */
  readonly timesNode: Spread;
}

/** Runs each command, and `node -e 0`, once a round. The first round is not counted: it reads the files from the disk. */
export function timeStartUp(rounds: number): StartUp[] {
  const candidates = [
    { name: NODE, args: ['-e', '0'] },
    ...Object.entries(COMMANDS).map(([name, args]) => ({ name, args: [MAIN, ...args] })),
  ];
  const samples = candidates.map((): number[] => []);
  for (let round = 0; round <= rounds; round++) {
    candidates.forEach(({ name, args }, i) => {
      const milliseconds = timeProcess(name, args);
      if (round > 0) samples[i]?.push(milliseconds);
    });
  }
  const [node = []] = samples;
  return candidates.map(({ name }, i) => {
    const own = samples[i] as number[];
    const ratios = own.map((milliseconds, round) => milliseconds / (node[round] as number));
    return { command: name, milliseconds: spreadOf(own), timesNode: spreadOf(ratios) };
  });
}

function timeProcess(name: string, args: readonly string[]): number {
  const started = performance.now();
  const { status, error, stderr } = spawnSync(process.execPath, args, {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
  });
  const milliseconds = performance.now() - started;
  if (error) throw error;
  // Node ends with the status of a denied request too where a command throws, and says so.
  const expected = name === 'check' || name === 'explain' ? DENIED : 0;
  if (status !== expected || stderr !== '') throw new Error(`${name} ended with status ${status}: ${stderr}`);
  return milliseconds;
}

/** Times as a table. */
export function startUpText(times: readonly StartUp[]): string {
  const width = Math.max(...times.map(({ command }) => command.length));
  const lines = times.map(({ command, milliseconds, timesNode }) => {
    const { median, min, max } = milliseconds;
    return (
      `  ${command.padEnd(width)} ${median.toFixed(0).padStart(5)} ms (${min.toFixed(0)} to ${max.toFixed(0)})` +
      `   ${timesNode.median.toFixed(2)} times ${NODE}`
    );
  });
  return [`Start-up: whole processes, ${SCENARIO}`, ...lines].join('\n');
}
