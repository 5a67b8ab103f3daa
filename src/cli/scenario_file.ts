import { dirname, isAbsolute, join } from 'node:path';
import type { World } from '../kernel/world.js';
import { MAX_SCENARIO_BYTES, parseScenario, type ReadNamedFile, type Warning } from '../scenario/parse_scenario.js';
import { SCENARIO_KEYS } from '../scenario/schema.js';
import { topLevelKeys } from '../scenario/top_level_keys.js';
import { printable } from '../text/printable.js';
import { requireDistinctFiles } from './distinct_files.js';
import { InputError } from './exit.js';
import type { LoadedScenario, MissingFacts } from './loaded_scenario.js';
import { writeText } from './output.js';
import { fileName, readTextFile } from './read_file.js';

const TOO_LARGE = 'requests of a scenario can be a table of their own (bpftoken eval --requests FILE)';

/**
 * Reads and compiles a scenario file, or a file of another tool that describes a delegation; `-` is standard input.
 * Throws InputError or ScenarioError, for people.
 */
export async function readScenarioFile(path: string, facts: MissingFacts = {}): Promise<LoadedScenario> {
  requireDistinctFiles([{ option: 'the scenario', path, isWritten: false }]);
  return scenarioOfText(path, readScenarioText(path), facts);
}

/** The text of a scenario, or of a file in place of one. Throws InputError. */
export function readScenarioText(path: string): string {
  return readTextFile(path, MAX_SCENARIO_BYTES, TOO_LARGE);
}

/** The same for a text that was read from a path. */
export async function scenarioOfText(path: string, text: string, facts: MissingFacts): Promise<LoadedScenario> {
  const file = fileName(path);
  if (facts.dialect === undefined && isScenario(text)) {
    refuseFacts(facts);
    return parseScenario(text, file, { readFile: NAMES_FILES.test(text) ? await readerBeside(path) : undefined });
  }
  // Imported where it is wanted: most files are scenarios.
  const { detectFormat } = await import('../dialects/detect_format.js');
  if (facts.dialect === undefined && detectFormat(text, file) === undefined) return parseScenario(text, file);
  const { dialectScenario, dropInsBeside } = await import('./dialect_scenario.js');
  return dialectScenario({ file, text }, facts, dropInsBeside(path));
}

/** A scenario that may name files. */
export const NAMES_FILES = /\bfrom["']?\s*:/;

/**
 * Reads files that a scenario names, a unit with the drop-ins beside it: a relative path starts at the folder of the scenario. Imported
 * where it is wanted.
 */
export async function readerBeside(scenario: string): Promise<ReadNamedFile> {
  const { readDelegations } = await import('../dialects/read_delegations.js');
  const { dropInsBeside } = await import('./dialect_scenario.js');
  const folder = scenario === '-' ? '.' : dirname(scenario);
  return (path, profile) => {
    const found = isAbsolute(path) ? path : join(folder, path);
    const text = readTextFile(found, MAX_SCENARIO_BYTES, 'a file that delegates is not as long');
    return readDelegations({ file: found, text }, { profile }, dropInsBeside(found));
  };
}

/** Whether a text is a scenario, or is meant as one: no file of another tool has one of its keys at the top. */
export function isScenario(text: string): boolean {
  for (const key of topLevelKeys(text)) if (SCENARIO_KEYS.has(key)) return true;
  return false;
}

/** Throws InputError for a fact that a scenario says itself. */
function refuseFacts(facts: MissingFacts): void {
  for (const [key, instead] of Object.entries(FACTS_OF_SCENARIO)) {
    if (facts[key as keyof MissingFacts] === undefined) continue;
    throw new InputError(`--${key} is for files of other tools, which may not say it: a scenario has ${instead}`);
  }
}

const FACTS_OF_SCENARIO = {
  systemd: 'no unit',
  manager: 'no configuration of Incus or LXD',
  kernel: 'its profile (--profile asks another)',
  delegation: 'bpffs and tokens, by name',
  owner: 'userns of a bpffs',
  uid: 'euid of a task',
  caps: 'caps of a task',
} as const satisfies Partial<Record<keyof MissingFacts, string>>;

/** Throws InputError for a world without tasks, which no request can be drawn from. */
export function requireTasks(path: string, { tasks }: World): void {
  if (tasks.length === 0) throw new InputError(`${path}: the scenario defines no tasks`, { file: fileName(path) });
}

/** Says on standard error what is worth a look in a scenario. */
export function warn(path: string, warnings: readonly Warning[]): void {
  for (const { file = fileName(path), line, column, message } of warnings) {
    writeText(process.stderr, `warning: ${printable(file)}:${line}:${column}: ${message}\n`);
  }
}

/** Says on standard error what was assumed of a file of another tool, and what in it does nothing. Of a scenario nothing is said. */
export function warnOfFile(path: string, { defaults, warnings }: LoadedScenario): void {
  if (defaults) warn(path, warnings);
}
