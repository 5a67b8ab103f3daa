import { USERNS_MAX_LEVEL } from '../abi/bpf.js';
import { errnoName } from '../abi/errno.js';
import type { Diagnostics } from '../diagnostics/diagnostics.js';
import type { Locator } from '../diagnostics/yaml_locator.js';
import { createUserNs, type UserNamespace } from '../kernel/userns.js';
import { MAX_IDS, type UsernsSpec } from '../kernel/world.js';
import { nearestOf } from '../names/nearest.js';
import { quote, unknownName } from '../names/unknown_name.js';
import { MAX_SEARCHES } from './references.js';
import type { ScenarioFile } from './schema.js';

/** The initial user namespace's name. */
export const INIT = 'init';

/** A user namespace of a scenario: its place in the world and the one the kernel made. */
export interface MadeUserns {
  readonly index: number;
  readonly userns: UserNamespace;
}

/** User namespaces by name. `undefined` as a value: declared, and its problem is already told. */
export type UsernsByName = ReadonlyMap<string, MadeUserns | undefined>;

export interface Namespaces {
  /** Parents before children, the initial one first; otherwise in the order written. */
  readonly specs: readonly UsernsSpec[];
  readonly byName: UsernsByName;
}

/** Makes every user namespace as the kernel does, parents first, whatever order they are written in. */
export function makeNamespaces(
  entries: NonNullable<ScenarioFile['userns']>,
  init: UserNamespace,
  locator: Locator,
  diagnostics: Diagnostics,
): Namespaces {
  const byName = new Map<string, MadeUserns | undefined>([[INIT, { index: 0, userns: init }]]);
  const specs: UsernsSpec[] = [{ name: INIT, parent: 0, owner: init.owner }];
  const names = Object.keys(entries);
  const parentOf = (name: string) => entries[name]?.parent ?? INIT;

  if (Object.hasOwn(entries, INIT)) {
    diagnostics.add(
      locator.key(['userns', INIT]),
      `${quote(INIT)} is the initial user namespace: it is always there and cannot be described`,
    );
  }
  if (names.length >= MAX_IDS) {
    diagnostics.add(locator.key(['userns']), `${names.length} user namespaces: at most ${MAX_IDS - 1} fit one world`);
    return { specs, byName: new Map([...byName, ...names.map((name) => [name, undefined] as const)]) };
  }

  for (const name of names) {
    // Ancestors not made yet, nearest first.
    const chain: string[] = [];
    const onChain = new Set<string>();
    let next = name;
    while (!byName.has(next) && Object.hasOwn(entries, next) && !onChain.has(next)) {
      chain.push(next);
      onChain.add(next);
      next = parentOf(next);
    }
    if (onChain.has(next)) {
      const cycle = chain.slice(chain.indexOf(next));
      diagnostics.add(
        locator.value(['userns', cycle[0] as string, 'parent']),
        `user namespace ${cycle[0]}: its parents go in a circle: ${shortened([...cycle, next]).join(' -> ')}`,
      );
      for (const broken of chain) byName.set(broken, undefined);
      continue;
    }
    for (const made of chain.reverse()) byName.set(made, make(made));
  }
  return { specs, byName };

  function make(name: string): MadeUserns | undefined {
    const parentName = parentOf(name);
    const owner = entries[name]?.owner ?? 0;
    if (!byName.has(parentName)) {
      const candidates = [INIT, ...names.filter((other) => other !== name && other !== INIT)];
      diagnostics.add(
        locator.value(['userns', name, 'parent']),
        unknownName(
          'user namespace',
          parentName,
          candidates,
          diagnostics.count < MAX_SEARCHES ? nearestOf(parentName, candidates) : undefined,
        ),
      );
      return undefined;
    }
    const parent = byName.get(parentName);
    if (!parent) return undefined;
    const userns = createUserNs(name, parent.userns, owner);
    if (typeof userns === 'number') {
      const why =
        parent.userns.level >= USERNS_MAX_LEVEL
          ? `it would be level ${parent.userns.level + 1}, and the deepest is ${USERNS_MAX_LEVEL}`
          : `its owner ${owner} has no place in ${parentName}`;
      diagnostics.add(
        locator.key(['userns', name]),
        `user namespace ${name} cannot be made: ${errnoName(userns)}: ${why}`,
      );
      return undefined;
    }
    specs.push({ name, parent: parent.index, owner });
    return { index: specs.length - 1, userns };
  }
}

/** A long circle's first names and its last. */
function shortened(names: readonly string[]): readonly string[] {
  return names.length <= 12 ? names : [...names.slice(0, 10), '...', names.at(-1) as string];
}
