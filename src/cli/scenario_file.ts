import { closeSync, openSync, readSync } from 'node:fs';
import { MAX_SCENARIO_BYTES } from '../diagnostics/yaml_document.js';
import type { World } from '../kernel/world.js';
import { parseScenario, type Scenario, type Warning } from '../scenario/parse_scenario.js';
import { printable } from '../text/printable.js';
import { requireDistinctFiles } from './distinct_files.js';
import { InputError } from './exit.js';
import { writeText } from './output.js';

const READ_BYTES = 1 << 16;

/** Reads and compiles a scenario file; `-` is standard input. Throws InputError or ScenarioError, for people. */
export function readScenarioFile(path: string): Scenario {
  const file = scenarioName(path);
  requireDistinctFiles([{ option: 'the scenario', path, isWritten: false }]);
  return parseScenario(readText(path, file), file);
}

/** Throws InputError for a world without tasks, which no request can be drawn from. */
export function requireTasks(path: string, { tasks }: World): void {
  if (tasks.length === 0) throw new InputError(`${path}: the scenario defines no tasks`, { file: scenarioName(path) });
}

/** Says on standard error what is worth a look in a scenario. */
export function warn(path: string, warnings: readonly Warning[]): void {
  for (const { line, column, message } of warnings) {
    writeText(process.stderr, `warning: ${printable(scenarioName(path))}:${line}:${column}: ${message}\n`);
  }
}

/** What messages call a scenario's file. */
export function scenarioName(path: string): string {
  return path === '-' ? '<stdin>' : path;
}

function readText(path: string, file: string): string {
  let fd: number | undefined;
  try {
    fd = path === '-' ? 0 : openSync(path, 'r');
    return readBounded(fd, file);
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`${file}: cannot be read: ${(error as Error).message}`, { file, cause: error });
  } finally {
    if (fd !== undefined && fd !== 0) closeSync(fd);
  }
}

/** All of a file, as text. A pipe or a device does not say how long it is: no more is read than a scenario may have. */
function readBounded(fd: number, file: string): string {
  const pieces: Buffer[] = [];
  let length = 0;
  for (;;) {
    const piece = Buffer.allocUnsafe(READ_BYTES);
    const read = readSync(fd, piece);
    if (read === 0) return Buffer.concat(pieces).toString('utf8');
    pieces.push(piece.subarray(0, read));
    length += read;
    if (length <= MAX_SCENARIO_BYTES) continue;
    throw new InputError(
      `${file}: too large for a scenario: it has more than ${MAX_SCENARIO_BYTES / 1_048_576} MiB; ` +
        'requests belong in a table of their own (bpftoken eval --requests FILE)',
      { file },
    );
  }
}
