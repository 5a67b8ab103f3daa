import { capBits } from '../engine/tables/capability_bits.js';
import type { World } from '../kernel/world.js';
import type { AlignedItem } from './aligned_worlds.js';

/** What a task is in one world, as far as its verdicts depend on it. */
export interface TaskTraits {
  /** Index of its user namespace; -1 in a world that lacks the task. */
  readonly userns: number;
  /** CAPS_* bits of its effective set. */
  readonly caps: number;
  /** Its euid, where that owns a user namespace; -1 elsewhere. */
  readonly owner: number;
  /** Index of its domain; 0 without SELinux. */
  readonly domain: number;
}

/** Tasks of one bucket whose euids own the same user namespaces. */
export interface OwnerGroup {
  /** By world. */
  readonly owners: readonly number[];
  readonly first: number;
  count: number;
}

/** Tasks that are in the same user namespace and domain with the same capabilities, in every world. */
export interface TaskBucket {
  /** By world; -1 in a world that lacks the tasks. */
  readonly userns: readonly number[];
  /** CAPS_* bits, by world. */
  readonly caps: readonly number[];
  /** Indices of domains, by world. */
  readonly domains: readonly number[];
  /** The smallest index of a task. */
  readonly first: number;
  count: number;
  /** In the order of their first tasks. */
  readonly groups: OwnerGroup[];
  /** The groups by owner, for each world. */
  readonly byOwner: readonly ReadonlyMap<number, readonly OwnerGroup[]>[];
}

/** Reads what verdicts depend on, for tasks by index. */
export function taskTraits(world: World, side: number, tasks: readonly AlignedItem[]): (task: number) => TaskTraits {
  const owners = new Set(world.userns.slice(1).map(({ owner }) => owner));
  return (task) => {
    const id = tasks[task]?.ids[side];
    const spec = id === undefined ? undefined : world.tasks[id];
    if (!spec) return { userns: -1, caps: 0, owner: -1, domain: 0 };
    const { domain = 0 } = spec;
    return {
      userns: spec.userns,
      caps: capBits(spec.effective),
      owner: owners.has(spec.euid) ? spec.euid : -1,
      domain,
    };
  };
}

/** Puts tasks into buckets, in the order of their first tasks. `tasks` are indices in ascending order. */
export function bucketTasks(
  tasks: readonly number[],
  traitsOf: readonly ((task: number) => TaskTraits)[],
): readonly TaskBucket[] {
  const buckets = new Map<string, TaskBucket>();
  const groups = new Map<string, OwnerGroup>();
  for (const task of tasks) {
    const traits = traitsOf.map((of) => of(task));
    const key = traits.map(({ userns, caps, domain }) => `${userns} ${caps} ${domain}`).join(' ');
    let bucket = buckets.get(key);
    if (!bucket) {
      bucket = {
        userns: traits.map(({ userns }) => userns),
        caps: traits.map(({ caps }) => caps),
        domains: traits.map(({ domain }) => domain),
        first: task,
        count: 0,
        groups: [],
        byOwner: traits.map(() => new Map()),
      };
      buckets.set(key, bucket);
    }
    bucket.count += 1;
    const groupKey = `${key} ${traits.map(({ owner }) => owner).join(' ')}`;
    let group = groups.get(groupKey);
    if (!group) {
      group = { owners: traits.map(({ owner }) => owner), first: task, count: 0 };
      groups.set(groupKey, group);
      addGroup(bucket, group);
    }
    group.count += 1;
  }
  return [...buckets.values()];
}

function addGroup(bucket: TaskBucket, group: OwnerGroup): void {
  bucket.groups.push(group);
  for (const [side, owner] of group.owners.entries()) {
    const map = bucket.byOwner[side] as Map<number, OwnerGroup[]>;
    const known = map.get(owner);
    if (known) known.push(group);
    else map.set(owner, [group]);
  }
}
