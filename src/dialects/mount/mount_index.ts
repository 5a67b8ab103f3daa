/** A mount of a table, as far as it can hide another. */
interface IndexedMount {
  readonly path: string;
  /** The numbers of the mount and of the one that it is mounted on. */
  readonly ids?: { readonly own: string; readonly parent: string } | undefined;
}

/** The first two and the last place of mounts in a table. */
interface Places {
  readonly first: number;
  second?: number;
  last: number;
}

/** Finds the mount that hides another of its table: by places in the table, in a time that does not grow with it. */
export class MountIndex {
  readonly #mounts: readonly IndexedMount[];
  /** By the mount that they are mounted on, and by path. */
  readonly #byParent = new Map<string | undefined, Map<string, Places>>();
  readonly #byPath = new Map<string, Places>();
  readonly #byId = new Map<string, number>();
  /** What is over a mount or one that it is in. */
  readonly #known = new Map<number, number | undefined>();

  constructor(mounts: readonly IndexedMount[]) {
    this.#mounts = mounts;
    for (const [i, { path, ids }] of mounts.entries()) {
      const siblings = this.#byParent.get(ids?.parent) ?? new Map<string, Places>();
      this.#byParent.set(ids?.parent, siblings);
      addPlace(siblings, path, i);
      addPlace(this.#byPath, path, i);
      if (ids && !this.#byId.has(ids.own)) this.#byId.set(ids.own, i);
    }
  }

  /**
   * The last of the later mounts at the path of one, and with `hasAbove` at a directory above it. The root can be listed after what was
   * moved into it.
   */
  overByOrder(mount: number, hasAbove: boolean): number | undefined {
    const { path } = this.#mounts[mount] as IndexedMount;
    const paths = hasAbove ? [path, ...directoriesAbove(path)] : [path];
    return latest(paths.map((one) => this.#byPath.get(one)?.last).filter((place) => (place ?? 0) > mount));
  }

  /**
   * The mount that a walk along the path enters in place of one: a mount on it at its own path, or one that is mounted on the same mount
   * as it, or as a mount that it is in, at a directory above. Source: fs/namei.c: __follow_mount_rcu().
   */
  overByIds(mount: number): number | undefined {
    const { path, ids } = this.#mounts[mount] as IndexedMount;
    const onTop = ids && this.#byParent.get(ids.own)?.get(path);
    // The root of a table may be its own parent.
    const other = onTop?.first === mount ? onTop.second : onTop?.first;
    return other ?? this.#overItsParents(mount);
  }

  #overItsParents(mount: number): number | undefined {
    const walked = new Set<number>();
    let below: number | undefined = mount;
    let found: number | undefined;
    while (below !== undefined && found === undefined && !walked.has(below)) {
      if (this.#known.has(below)) {
        found = this.#known.get(below);
        break;
      }
      walked.add(below);
      found = this.#besides(below);
      const parent: string | undefined = this.#mounts[below]?.ids?.parent;
      below = parent === undefined ? undefined : this.#byId.get(parent);
    }
    for (const one of walked) this.#known.set(one, found);
    return found;
  }

  /** The last mount on the same mount as one, at a directory above its path, or later at its path. */
  #besides(mount: number): number | undefined {
    const { path, ids } = this.#mounts[mount] as IndexedMount;
    const siblings = this.#byParent.get(ids?.parent);
    const above = directoriesAbove(path).map((one) => siblings?.get(one)?.last);
    const same = siblings?.get(path)?.last;
    return latest([...above, same !== undefined && same > mount ? same : undefined]);
  }
}

function addPlace(places: Map<string, Places>, path: string, place: number): void {
  const known = places.get(path);
  if (known) {
    known.second ??= place;
    known.last = place;
  } else places.set(path, { first: place, last: place });
}

function latest(places: readonly (number | undefined)[]): number | undefined {
  return places.reduce((one, other) => ((other ?? -1) > (one ?? -1) ? other : one), undefined);
}

/** The directories above a path, without the root. */
function directoriesAbove(path: string): readonly string[] {
  const found: string[] = [];
  for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) found.push(path.slice(0, at));
  return found;
}
