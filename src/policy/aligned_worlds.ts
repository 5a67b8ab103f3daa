import type { World } from '../kernel/world.js';

/** Something that worlds have by name: its index in each world, undefined in one that lacks it. */
export interface AlignedItem {
  readonly name: string;
  readonly ids: readonly (number | undefined)[];
}

/** The tasks, tokens and bpffs of one world or of several, by name: those of the first world in its order, then what others add. */
export interface AlignedWorlds {
  readonly worlds: readonly World[];
  readonly tasks: readonly AlignedItem[];
  readonly tokens: readonly AlignedItem[];
  readonly bpffs: readonly AlignedItem[];
}

/** Puts worlds side by side. Items of the same name are the same. */
export function alignWorlds(worlds: readonly World[]): AlignedWorlds {
  const align = (of: (world: World) => readonly { readonly name: string }[]): readonly AlignedItem[] => {
    const ids = new Map<string, (number | undefined)[]>();
    for (const [side, world] of worlds.entries()) {
      for (const [id, { name }] of of(world).entries()) {
        const known = ids.get(name) ?? worlds.map((): number | undefined => undefined);
        known[side] = id;
        ids.set(name, known);
      }
    }
    return [...ids].map(([name, own]) => ({ name, ids: own }));
  };
  return {
    worlds,
    tasks: align(({ tasks }) => tasks),
    tokens: align(({ tokens }) => tokens),
    bpffs: align(({ bpffs }) => bpffs),
  };
}
