import { USERNS_MAX_LEVEL } from '../abi/bpf.js';
import type { Profile } from '../kernel/profile.js';
import { MAX_IDS, type TaskSpec, type TokenSpec, type UsernsSpec, type World } from '../kernel/world.js';
import { randomCapabilities, randomDenials, randomMasks } from './random_masks.js';
import type { RandomSource } from './random_source.js';

/** The shape of a large world's tree of user namespaces. */
export const TREE_SHAPES = ['deep', 'wide', 'random'] as const;
export type TreeShape = (typeof TREE_SHAPES)[number];

/** Tokens of a large world share this many sets of masks: a set for each would take longer than all else. */
const MASK_SETS = 64;

/** A world with the largest number of user namespaces, tasks and tokens, or a number near it. */
export function largeWorld(random: RandomSource, profile: Profile): World {
  return worldOfSize(random, profile, random.pick(TREE_SHAPES), () => nearLimit(random));
}

/** A world with the largest number of user namespaces, tasks and tokens. */
export function largestWorld(random: RandomSource, profile: Profile, shape: TreeShape): World {
  return worldOfSize(random, profile, shape, () => MAX_IDS);
}

/** A world of a shape with that many user namespaces, tasks and tokens. */
export function worldOfSize(random: RandomSource, profile: Profile, shape: TreeShape, count: () => number): World {
  const userns = largeTree(shape, count(), random);
  const masks = Array.from({ length: MASK_SETS }, () => ({
    allowed: randomMasks(random, profile.vocabulary),
    denials: randomDenials(random, profile.vocabulary),
  }));
  const tasks = Array.from({ length: count() }, (_, id): TaskSpec => {
    const at = random.below(userns.length);
    // Half of them have the uid that owns the next namespace, which often is a child of theirs.
    const euid = random.chance(50)
      ? (userns[Math.min(at + 1, userns.length - 1)] as UsernsSpec).owner
      : random.below(1000);
    return { name: `task${id}`, userns: at, euid, effective: randomCapabilities(random) };
  });
  const tokens = Array.from({ length: count() }, (_, id): TokenSpec => {
    // In a task's namespace, so that some tokens count.
    const near = (tasks[random.below(tasks.length)] as TaskSpec).userns;
    const at = random.chance(70) ? Math.min(near + random.below(2), userns.length - 1) : random.below(userns.length);
    return { name: `token${id}`, userns: at, ...random.pick(masks) };
  });
  return { profile, unprivilegedBpfDisabled: random.pick([0, 1, 2] as const), userns, bpffs: [], tasks, tokens };
}

/** User namespaces of a shape: chains to the deepest level with all others at their end; all children of one; or any tree. */
export function largeTree(shape: TreeShape, count: number, random: RandomSource): UsernsSpec[] {
  const userns: UsernsSpec[] = [{ name: 'init', parent: 0, owner: 0 }];
  const levels = [0];
  while (userns.length < count) {
    const id = userns.length;
    const parent =
      shape === 'wide' ? 0 : shape === 'deep' ? Math.min(id - 1, USERNS_MAX_LEVEL - 1) : parentInReach(random, levels);
    userns.push({ name: `ns${id}`, parent, owner: shape === 'random' ? random.below(1000) : 100_000 + id });
    levels.push((levels[parent] as number) + 1);
  }
  return userns;
}

/** A namespace that may have a child. The last ones are as likely as all others, so that trees get deep. */
function parentInReach(random: RandomSource, levels: readonly number[]): number {
  for (;;) {
    const last = Math.max(0, levels.length - 1 - random.below(4));
    const parent = random.chance(50) ? last : random.below(levels.length);
    if ((levels[parent] as number) < USERNS_MAX_LEVEL) return parent;
  }
}

/** The largest number of ids, one less, or any number in the upper half. */
function nearLimit(random: RandomSource): number {
  return random.pick([MAX_IDS, MAX_IDS - 1, MAX_IDS - random.below(MAX_IDS >> 1)]);
}
