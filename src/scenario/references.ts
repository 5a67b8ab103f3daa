import type { Diagnostics } from '../diagnostics/diagnostics.js';
import type { Locator, Path } from '../diagnostics/yaml_locator.js';
import { nearestOf } from '../names/nearest.js';
import { unknownName } from '../names/unknown_name.js';

/** Nearest names are looked for while there are fewer problems than this. */
export const MAX_SEARCHES = 100;

/**
 * What a name refers to; undefined where it refers to nothing (a problem, noted) or to something whose own problem is
 * already told (nothing more is).
 */
export function resolveReference<Thing>(
  things: ReadonlyMap<string, Thing | undefined>,
  what: string,
  name: string,
  path: Path,
  locator: Locator,
  diagnostics: Diagnostics,
): Thing | undefined {
  if (!things.has(name)) {
    const candidates = namesOf(things);
    // Each search compares with every name: in a large scenario that is wrong throughout, they would take minutes.
    const nearest = diagnostics.count < MAX_SEARCHES ? nearestOf(name, candidates) : undefined;
    diagnostics.add(locator.value(path), unknownName(what, name, candidates, nearest));
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
