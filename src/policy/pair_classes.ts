import { CAPS_ALL } from '../abi/memory_layout.js';
import { grouped } from '../grouped.js';
import type { World } from '../kernel/world.js';
import type { AlignedItem, AlignedWorlds } from './aligned_worlds.js';
import { bpffsKey, tokenKey } from './object_keys.js';
import { bucketTasks, type OwnerGroup, type TaskBucket, type TaskTraits, taskTraits } from './task_buckets.js';

/** What a task gives the kernel besides its request: a token, a bpffs to make one from (token_create), or neither. */
export type ObjectKind = 'none' | 'token' | 'bpffs';

/** Tasks, tokens and bpffs by their indices in AlignedWorlds, ascending. */
export interface Selection {
  readonly tasks: readonly number[];
  readonly tokens: readonly number[];
  readonly bpffs: readonly number[];
  /** Whether requests without a token are asked too. */
  readonly hasNone: boolean;
}

/** Tasks and objects whose requests have the same answers, each task with each object, in every world. */
export interface PairClass {
  /** What it is a part of. */
  readonly among: Selection;
  readonly kind: ObjectKind;
  /** Tokens or bpffs, ascending; empty without one. */
  readonly objects: readonly number[];
  /** How the tasks stand to the objects, by world: equal numbers for equal answers; -1 in a world that lacks either. */
  readonly relations: readonly number[];
  /** Number of the tasks, and the smallest. */
  readonly tasks: number;
  readonly firstTask: number;
}

/** Objects that differ in nothing that decides. */
interface ObjectGroup {
  readonly kind: ObjectKind;
  readonly objects: readonly number[];
  /** Their user namespace, by world; -1 in a world that lacks them. */
  readonly userns: readonly number[];
}

interface CountedTasks {
  count: number;
  first: number;
}

/**
 * Puts every task with every object into classes, without looking at each pair: tasks by user namespace and capabilities, objects by
 * what they delegate, and of each object only the user namespaces above it. What a capability check asks of a task is whether it
 * is in the object's user namespace, with which capabilities, or in one above, or owns one on the way. Source:
 * security/commoncap.c: cap_capable().
 */
export class PairClasses {
  readonly #aligned: AlignedWorlds;
  readonly #selection: Selection;
  readonly #traitsOf: readonly ((task: number) => TaskTraits)[];
  readonly #buckets: readonly TaskBucket[];
  /** Buckets by user namespace, for each world. */
  readonly #byUserns: readonly ReadonlyMap<number, readonly TaskBucket[]>[];

  /** Buckets that are alike to an object that they are not near to, in the order of their first tasks. */
  readonly #distant: readonly { readonly buckets: readonly TaskBucket[]; readonly count: number }[];
  readonly #distantOf = new Map<TaskBucket, readonly TaskBucket[]>();

  constructor(aligned: AlignedWorlds, selection: Selection) {
    this.#aligned = aligned;
    this.#selection = selection;
    this.#traitsOf = aligned.worlds.map((world, side) => taskTraits(world, side, aligned.tasks));
    this.#buckets = bucketTasks(selection.tasks, this.#traitsOf);
    this.#byUserns = aligned.worlds.map((_, side) => grouped(this.#buckets, ({ userns }) => userns[side] as number));
    const alike = grouped(this.#buckets, ({ userns, caps, domains }) =>
      userns
        .map((ns, side) => {
          const traits = { userns: ns, caps: caps[side] as number, owner: -1, domain: domains[side] as number };
          return relationOf(traits, NO_USERNS, undefined);
        })
        .join(' '),
    );
    for (const buckets of alike.values()) for (const bucket of buckets) this.#distantOf.set(bucket, buckets);
    this.#distant = [...alike.values()].map((buckets) => ({
      buckets,
      count: buckets.reduce((sum, { count }) => sum + count, 0),
    }));
  }

  /** The classes, those of requests without a token first. */
  *[Symbol.iterator](): Generator<PairClass> {
    for (const group of this.#groups()) {
      for (const [key, { count, first }] of this.#tasksOf(group)) {
        const relations = key.split(' ').map(Number);
        const { kind, objects } = group;
        yield { among: this.#selection, kind, objects, relations, tasks: count, firstTask: first };
      }
    }
  }

  /** The tasks of a class, ascending: the first `most` of them. */
  tasksOf({ kind, objects, relations }: PairClass, most = Number.POSITIVE_INFINITY): number[] {
    const relationsTo = this.#relationsTo(kind, objects[0]);
    const found: number[] = [];
    for (const task of this.#selection.tasks) {
      if (found.length >= most) break;
      if (relationsTo(task).every((relation, side) => relation === relations[side])) found.push(task);
    }
    return found;
  }

  /** Those of some tasks that are in a class. */
  tasksAmong({ kind, objects, relations }: PairClass, tasks: Iterable<number>): number[] {
    const relationsTo = this.#relationsTo(kind, objects[0]);
    return [...tasks].filter((task) => relationsTo(task).every((relation, side) => relation === relations[side]));
  }

  /** How a task stands to an object, by world, as in PairClass. */
  relationsOf(task: number, kind: ObjectKind, object: number | undefined): number[] {
    return this.#relationsTo(kind, object)(task);
  }

  #relationsTo(kind: ObjectKind, object: number | undefined): (task: number) => number[] {
    const sides = this.#aligned.worlds.map((world, side) => {
      const userns = kind === 'none' ? NO_USERNS : this.#usernsOf(side, kind, object as number);
      return { userns, chain: userns >= 0 ? chainOf(world, userns) : NO_CHAIN };
    });
    return (task) =>
      sides.map(({ userns, chain }, side) => {
        const traits = this.#traitsOf[side]?.(task) as TaskTraits;
        return relationOf(traits, userns, chain.get(traits.userns));
      });
  }

  #usernsOf(side: number, kind: 'token' | 'bpffs', object: number): number {
    const world = this.#aligned.worlds[side] as World;
    const item = (kind === 'token' ? this.#aligned.tokens : this.#aligned.bpffs)[object];
    const id = item?.ids[side];
    if (id === undefined) return -1;
    return (kind === 'token' ? world.tokens : world.bpffs)[id]?.userns ?? -1;
  }

  #groups(): ObjectGroup[] {
    const { worlds, tokens, bpffs } = this.#aligned;
    const groups: ObjectGroup[] = [];
    if (this.#selection.hasNone) groups.push({ kind: 'none', objects: [], userns: worlds.map(() => NO_USERNS) });
    const add = (kind: 'token' | 'bpffs', selected: readonly number[], items: readonly AlignedItem[]) => {
      const byKey = grouped(selected, (object) =>
        items[object]?.ids.map((id, side) => keyOf(worlds[side] as World, kind, id)).join(';'),
      );
      for (const objects of byKey.values()) {
        const userns = worlds.map((_, side) => this.#usernsOf(side, kind, objects[0] as number));
        groups.push({ kind, objects, userns });
      }
    };
    add('token', this.#selection.tokens, tokens);
    add('bpffs', this.#selection.bpffs, bpffs);
    return groups;
  }

  /** How many tasks stand to a group of objects in each way, and the smallest of them. */
  #tasksOf({ userns }: ObjectGroup): ReadonlyMap<string, CountedTasks> {
    const { worlds } = this.#aligned;
    const chains = worlds.map((world, side) => {
      const own = userns[side] as number;
      return own >= 0 ? chainOf(world, own) : NO_CHAIN;
    });
    const near = new Set<TaskBucket>();
    for (const [side, chain] of chains.entries()) {
      for (const ns of chain.keys()) for (const bucket of this.#byUserns[side]?.get(ns) ?? []) near.add(bucket);
    }
    // Owners of nothing in each world.
    const noOwners = worlds.map(() => -1);
    const found = new Map<string, CountedTasks>();
    const add = (bucket: TaskBucket, owners: readonly number[], count: number, first: number) => {
      if (count === 0) return;
      const relations = worlds.map((_, side) => {
        const traits = {
          userns: bucket.userns[side] as number,
          caps: bucket.caps[side] as number,
          owner: owners[side] as number,
          domain: bucket.domains[side] as number,
        };
        return relationOf(traits, userns[side] as number, chains[side]?.get(traits.userns));
      });
      const key = relations.join(' ');
      const known = found.get(key);
      if (!known) found.set(key, { count, first });
      else {
        known.count += count;
        known.first = Math.min(known.first, first);
      }
    };
    for (const bucket of near) {
      const owning = owningGroups(bucket, chains);
      for (const group of owning) add(bucket, group.owners, group.count, group.first);
      const rest = bucket.groups.find((group) => !owning.has(group));
      if (!rest) continue;
      const others = [...owning].reduce((sum, { count }) => sum + count, 0);
      add(bucket, noOwners, bucket.count - others, rest.first);
    }
    for (const { buckets, count } of this.#distant) {
      const first = buckets.find((bucket) => !near.has(bucket));
      if (!first) continue;
      const isNear = [...near].filter((bucket) => this.#distantOf.get(bucket) === buckets);
      add(first, noOwners, count - isNear.reduce((sum, bucket) => sum + bucket.count, 0), first.first);
    }
    return found;
  }
}

/** The user namespace of a request without an object. */
const NO_USERNS = -2;
const NO_CHAIN: ReadonlyMap<number, number> = new Map();
/** Owner of a namespace on a chain that has no child there. */
const NO_CHILD = -2;

/** The user namespaces from one up to the initial one, each with the owner of its child on the way. */
function chainOf({ userns }: World, from: number): ReadonlyMap<number, number> {
  const chain = new Map<number, number>([[from, NO_CHILD]]);
  for (let ns = from; ns !== 0; ) {
    const { parent, owner } = userns[ns] as World['userns'][number];
    chain.set(parent, owner);
    ns = parent;
  }
  return chain;
}

/** The groups of a bucket that own a namespace on the way to an object, in some world. */
function owningGroups(bucket: TaskBucket, chains: readonly ReadonlyMap<number, number>[]): ReadonlySet<OwnerGroup> {
  const found = new Set<OwnerGroup>();
  for (const [side, chain] of chains.entries()) {
    const owner = chain.get(bucket.userns[side] as number);
    if (owner === undefined || owner === NO_CHILD) continue;
    for (const group of bucket.byOwner[side]?.get(owner) ?? []) found.add(group);
  }
  return found;
}

/**
 * What capability checks see of a task beside an object in a user namespace: its capabilities there, those in the initial one, and
 * whether it is in exactly that one. `childOwner` is the owner of the child on the way from the task's user namespace to the object's;
 * undefined where the task's is not above.
 */
function relationOf(
  { userns, caps, owner, domain }: TaskTraits,
  target: number,
  childOwner: number | undefined,
): number {
  if (userns === -1 || target === -1) return -1;
  const inInit = (userns === 0 ? caps : 0) | (domain << 9);
  if (target === NO_USERNS || childOwner === undefined) return inInit;
  const isOwner = childOwner !== NO_CHILD && childOwner === owner;
  return inInit | ((isOwner ? CAPS_ALL : caps) << 4) | (userns === target ? 1 << 8 : 0);
}

/** What decides of a token or a bpffs, as text: equal for objects with equal answers. */
function keyOf({ profile, tokens, bpffs, selinux }: World, kind: 'token' | 'bpffs', id: number | undefined): string {
  const token = kind === 'token' && id !== undefined ? tokens[id] : undefined;
  if (token) return `${token.userns} ${tokenKey(profile, token)}`;
  const spec = kind === 'bpffs' && id !== undefined ? bpffs[id] : undefined;
  return spec ? `${spec.userns} ${bpffsKey(spec, selinux !== undefined)}` : '-';
}
