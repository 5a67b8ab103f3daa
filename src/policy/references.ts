import { unknownName } from '../names/complaint.js';
import { nearestOf } from '../names/nearest.js';
import type { Locator, Path } from './locate.js';
import type { Problems } from './problems.js';

/** Nearest names are looked for while there are fewer problems than this. */
export const MAX_SEARCHES = 100;

/**
 * What a name refers to; undefined where it refers to nothing (a problem, noted) or to something whose own problem is
 * already told (nothing more is).
 */
export function lookUp<Thing>(
  things: ReadonlyMap<string, Thing | undefined>,
  what: string,
  name: string,
  path: Path,
  locator: Locator,
  problems: Problems,
): Thing | undefined {
  if (!things.has(name)) {
    const candidates = namesOf(things);
    // Each search compares with every name: in a large scenario that is wrong throughout, they would take minutes.
    const nearest = problems.count < MAX_SEARCHES ? nearestOf(name, candidates) : undefined;
    problems.add(locator.value(path), unknownName(what, name, candidates, nearest));
  }
  return things.get(name);
}

const names = new WeakMap<object, readonly string[]>();

/** A map's keys, listed once: it is complete before anything is looked up in it. */
function namesOf(things: ReadonlyMap<string, unknown>): readonly string[] {
  let listed = names.get(things);
  if (!listed) {
    listed = [...things.keys()];
    names.set(things, listed);
  }
  return listed;
}
