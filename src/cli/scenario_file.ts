import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import type { World } from '../kernel/world.js';
import { MAX_SCENARIO_BYTES } from '../policy/document.js';
import { parseScenario, type Scenario } from '../policy/scenario.js';
import { InputError } from './exit.js';

/** Reads and compiles a scenario file; `-` is standard input. Throws InputError or ScenarioError, for people. */
export function readScenarioFile(path: string): Scenario {
  const file = path === '-' ? '<stdin>' : path;
  return parseScenario(readText(path, file), file);
}

/** Requests are drawn from somebody: throws InputError for a world without tasks. */
export function needTasks(path: string, { tasks }: World): void {
  if (tasks.length === 0) throw new InputError(`${path}: a scenario without tasks has nobody to make requests`);
}

function readText(path: string, file: string): string {
  let fd: number | undefined;
  try {
    fd = path === '-' ? 0 : openSync(path, 'r');
    const { size } = fstatSync(fd);
    if (size > MAX_SCENARIO_BYTES) {
      throw new InputError(
        `${file}: ${megabytes(size)} is too large for a scenario, which may have ${megabytes(MAX_SCENARIO_BYTES)}; ` +
          'requests belong in a table of their own (bpftoken eval --requests FILE)',
      );
    }
    return readFileSync(fd, 'utf8');
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`${file}: cannot be read: ${(error as Error).message}`);
  } finally {
    if (fd !== undefined && fd !== 0) closeSync(fd);
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_048_576).toFixed(bytes < 10_485_760 ? 1 : 0)} MiB`;
}
