import type { Diagnostics, Position } from '../diagnostics/diagnostics.js';
import type { Locator, Path } from '../diagnostics/yaml_locator.js';
import type { World } from '../kernel/world.js';
import { quote } from '../names/unknown_name.js';
import { type AlignedWorlds, alignWorlds } from '../policy/aligned_worlds.js';
import type { Assertion } from '../policy/assertions.js';
import { PatternError } from '../policy/errors.js';
import { parseWithin } from '../policy/pattern_sets.js';
import { parsePattern, type RequestPattern } from '../policy/request_pattern.js';
import type { TasksByName } from './build_tasks.js';
import { resolveReference } from './references.js';
import type { AssertionEntry } from './schema.js';
import { ownerOf } from './schema_issues.js';

/** What a scenario says of all requests there are. Line and column, from 1, are where it is written. */
export interface ScenarioAssertion {
  readonly name?: string;
  readonly assertion: Assertion;
  /** Where its pattern is written. */
  readonly patternAt: Position;
  readonly line: number;
  readonly column: number;
}

/** Where problems are noted. */
interface Notes {
  readonly locator: Locator;
  readonly diagnostics: Diagnostics;
}

const KINDS = ['never', 'always', 'who_can', 'what_can'] as const;
/** The key that a kind needs beside its pattern: one of these. */
const BESIDE = { never: [], always: [], who_can: ['tasks'], what_can: ['exactly', 'at_most'] } as const;
const EXAMPLE = { tasks: 'tasks: [agent]', exactly: "exactly: ['map_create map_type=hash']", at_most: '' } as const;

/** Reads the assertions about a world; those with something wrong are noted and left out. */
export function readAssertions(
  entries: readonly AssertionEntry[],
  world: World,
  tasks: TasksByName,
  notes: Notes,
): ScenarioAssertion[] {
  if (entries.length === 0) return [];
  const aligned = alignWorlds([world]);
  // Where something is wrong above, a pattern may name what is left out.
  const isWhole = notes.diagnostics.count === 0;
  return entries.flatMap((entry, i) => {
    const path = ['assertions', i];
    const assertion = assertionOf(entry, path, notes);
    if (!assertion || !isWhole || !isKnown(assertion, path, aligned, tasks, notes)) return [];
    const { name } = entry;
    const patternAt = notes.locator.value([...path, assertion.kind]);
    return [{ ...(name === undefined ? {} : { name }), assertion, patternAt, ...notes.locator.value(path) }];
  });
}

/** Notes that a pattern cannot be read. Throws any other error on. */
export function notePatternError(error: unknown, at: Position, owner: string, diagnostics: Diagnostics): void {
  if (!(error instanceof PatternError)) throw error;
  const nearest = error.nearest === undefined ? {} : { nearest: error.nearest };
  diagnostics.add(at, { message: `${owner}${error.message}`, ...nearest });
}

/** The one thing that an entry asserts. */
function assertionOf(entry: AssertionEntry, path: Path, { locator, diagnostics }: Notes): Assertion | undefined {
  const owner = ownerOf(path);
  const [kind, second] = KINDS.filter((key) => entry[key] !== undefined);
  if (kind === undefined) {
    diagnostics.add(locator.value(path), {
      message: `${owner}says nothing of requests; expected one of ${KINDS.join(', ')}`,
      expected: `one of ${KINDS.join(', ')}`,
    });
    return undefined;
  }
  if (second !== undefined) {
    diagnostics.add(locator.key([...path, second]), `${owner}${kind} and ${second} are two assertions: one entry each`);
    return undefined;
  }
  const allowed: readonly string[] = BESIDE[kind];
  const beside = (['tasks', 'exactly', 'at_most'] as const).filter((key) => entry[key] !== undefined);
  const strange = beside.find((key, i) => !allowed.includes(key) || i > 0);
  if (strange !== undefined) {
    const message = allowed.includes(strange)
      ? `${owner}${beside[0]} and ${strange} are two assertions: one entry each`
      : `${owner}${strange} means nothing to ${kind}`;
    diagnostics.add(locator.key([...path, strange]), message);
    return undefined;
  }
  const [key] = beside;
  if (key === undefined && allowed.length > 0) {
    const message = `${owner}${kind} needs ${allowed.join(' or ')}, as in ${EXAMPLE[allowed[0] as keyof typeof EXAMPLE]}`;
    diagnostics.add(locator.key([...path, kind]), { message, expected: allowed.join(' or ') });
    return undefined;
  }
  const pattern = entry[kind] as string;
  if (kind === 'who_can') return { kind, pattern, tasks: entry.tasks ?? [] };
  if (kind === 'what_can') {
    const bound = key as 'exactly' | 'at_most';
    return { kind, pattern, bound, requests: entry[bound] ?? [] };
  }
  return { kind, pattern };
}

/** Whether each pattern can be read and each task is there. */
function isKnown(
  assertion: Assertion,
  path: Path,
  aligned: AlignedWorlds,
  tasks: TasksByName,
  { locator, diagnostics }: Notes,
): boolean {
  const before = diagnostics.count;
  const read = (at: Path, parse: () => RequestPattern): RequestPattern | undefined => {
    try {
      return parse();
    } catch (error) {
      notePatternError(error, locator.value(at), ownerOf(path), diagnostics);
      return undefined;
    }
  };
  const pattern = read([...path, assertion.kind], () => parsePattern(assertion.pattern, aligned));
  if (assertion.kind === 'who_can') {
    const meant = new Set(pattern?.selection.tasks);
    for (const [i, name] of assertion.tasks.entries()) {
      const at = [...path, 'tasks', i];
      const task = resolveReference(tasks, 'task', name, at, locator, diagnostics);
      if (task && pattern && !meant.has(task.index)) {
        const message = `${ownerOf(path)}the pattern ${quote(pattern.text)} means no request of task ${quote(name)}`;
        diagnostics.add(locator.value(at), message);
      }
    }
  }
  if (assertion.kind === 'what_can' && pattern) {
    for (const [i, text] of assertion.requests.entries())
      read([...path, assertion.bound, i], () => parseWithin(text, pattern, aligned));
  }
  return diagnostics.count === before;
}
