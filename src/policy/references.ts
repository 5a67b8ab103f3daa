import type { Locator, Path } from './locate.js';
import { nearestOf } from './names.js';
import { type Problems, unknownName } from './problems.js';

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
    const candidates = [...things.keys()];
    problems.add(locator.value(path), unknownName(what, name, candidates, nearestOf(name, candidates)));
  }
  return things.get(name);
}
