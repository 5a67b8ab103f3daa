import { quote } from '../names/unknown_name.js';
import type { AlignedWorlds } from './aligned_worlds.js';
import { PatternError } from './errors.js';
import type { Selection } from './pair_classes.js';
import { type PolicyCells, policyCells, requestCountOf } from './policy_cells.js';
import { parsePattern, type RequestPattern } from './request_pattern.js';

/** A pattern that means every request there is. */
export function everyRequest({ tasks, tokens, bpffs }: AlignedWorlds): RequestPattern {
  const selection = {
    tasks: [...tasks.keys()],
    tokens: [...tokens.keys()],
    bpffs: [...bpffs.keys()],
    hasNone: true,
  };
  return { text: '', selection, matches: () => true };
}

/** The requests that both patterns mean. */
export function inBoth(a: RequestPattern, b: RequestPattern): RequestPattern {
  const selection = {
    tasks: common(a.selection.tasks, b.selection.tasks),
    ...commonObjects(a.selection, b.selection),
  };
  return { text: `${a.text} ${b.text}`, selection, matches: (cell) => a.matches(cell) && b.matches(cell) };
}

/**
 * Reads a pattern, and keeps the requests of it that another means too. Throws a PatternError as parsePattern() does, and where there are
 * none: what is said of them says nothing.
 */
export function parseWithin(text: string, outer: RequestPattern, aligned: AlignedWorlds): RequestPattern {
  const found = inBoth(outer, parsePattern(text, aligned));
  if (requestCountOf(found, policyCells(aligned.worlds)) === 0)
    throw new PatternError(text, 1, `no request of ${quote(outer.text)} fits it`);
  return found;
}

/** The requests of a pattern that none of some others means, as patterns that have no request in common. */
export function outsideOf(
  pattern: RequestPattern,
  others: readonly RequestPattern[],
  cells: PolicyCells,
): readonly RequestPattern[] {
  let rest: readonly RequestPattern[] = [pattern];
  for (const other of others) rest = rest.flatMap((one) => without(one, other, cells));
  return rest;
}

/** Of other tasks; of the same tasks with other objects; of the same pairs. */
function without(
  { text, selection, matches }: RequestPattern,
  other: RequestPattern,
  cells: PolicyCells,
): readonly RequestPattern[] {
  const tasks = common(selection.tasks, other.selection.tasks);
  const parts: readonly RequestPattern[] = [
    { text, selection: { ...selection, tasks: missing(selection.tasks, other.selection.tasks) }, matches },
    { text, selection: { tasks, ...otherObjects(selection, other.selection) }, matches },
    {
      text,
      selection: { tasks, ...commonObjects(selection, other.selection) },
      matches: (cell) => matches(cell) && !other.matches(cell),
    },
  ];
  return parts.filter((part) => requestCountOf(part, cells) > 0);
}

function commonObjects(a: Selection, b: Selection): Omit<Selection, 'tasks'> {
  return { tokens: common(a.tokens, b.tokens), bpffs: common(a.bpffs, b.bpffs), hasNone: a.hasNone && b.hasNone };
}

function otherObjects(a: Selection, b: Selection): Omit<Selection, 'tasks'> {
  return { tokens: missing(a.tokens, b.tokens), bpffs: missing(a.bpffs, b.bpffs), hasNone: a.hasNone && !b.hasNone };
}

function common(a: readonly number[], b: readonly number[]): number[] {
  const known = new Set(b);
  return a.filter((index) => known.has(index));
}

function missing(a: readonly number[], b: readonly number[]): number[] {
  const known = new Set(b);
  return a.filter((index) => !known.has(index));
}
