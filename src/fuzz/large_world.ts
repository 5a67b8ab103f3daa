import { USERNS_MAX_LEVEL } from '../abi/bpf.js';
import type { Profile } from '../kernel/profile.js';
import { MAX_IDS, type TaskSpec, type TokenSpec, type UsernsSpec, type World } from '../kernel/world.js';
import type { Dice } from './dice.js';
import { randomCapabilities, randomDenials, randomMasks } from './random_masks.js';

/** How the user namespaces of a large world lie. */
export const TREE_SHAPES = ['deep', 'wide', 'random'] as const;
export type TreeShape = (typeof TREE_SHAPES)[number];

/** Tokens of a large world share this many sets of masks: making one for each would take longer than all else. */
const MASK_SETS = 64;

/** A world at or near the most user namespaces, tasks and tokens that a world can have. */
export function largeWorld(dice: Dice, profile: Profile): World {
  const userns = largeTree(dice.pick(TREE_SHAPES), nearLimit(dice), dice);
  const masks = Array.from({ length: MASK_SETS }, () => ({
    allowed: randomMasks(dice, profile.vocabulary),
    denials: randomDenials(dice, profile.vocabulary),
  }));
  const tasks = Array.from({ length: nearLimit(dice) }, (_, id): TaskSpec => {
    const at = dice.below(userns.length);
    // Half of them own a child of their namespace, where it has one below: the owner of the next one often is.
    const euid = dice.chance(50) ? (userns[Math.min(at + 1, userns.length - 1)] as UsernsSpec).owner : dice.below(1000);
    return { name: `task${id}`, userns: at, euid, effective: randomCapabilities(dice) };
  });
  const tokens = Array.from({ length: nearLimit(dice) }, (_, id): TokenSpec => {
    // Near a task, so that some count.
    const near = (tasks[dice.below(tasks.length)] as TaskSpec).userns;
    const at = dice.chance(70) ? Math.min(near + dice.below(2), userns.length - 1) : dice.below(userns.length);
    return { name: `token${id}`, userns: at, ...dice.pick(masks) };
  });
  return { profile, unprivilegedBpfDisabled: dice.pick([0, 1, 2] as const), userns, bpffs: [], tasks, tokens };
}

/** User namespaces of a shape: chains to the deepest level with all others at their end; all children of one; or any tree. */
export function largeTree(shape: TreeShape, count: number, dice: Dice): UsernsSpec[] {
  const userns: UsernsSpec[] = [{ name: 'init', parent: 0, owner: 0 }];
  const levels = [0];
  while (userns.length < count) {
    const id = userns.length;
    const parent =
      shape === 'wide' ? 0 : shape === 'deep' ? Math.min(id - 1, USERNS_MAX_LEVEL - 1) : parentInReach(dice, levels);
    userns.push({ name: `ns${id}`, parent, owner: shape === 'random' ? dice.below(1000) : 100_000 + id });
    levels.push((levels[parent] as number) + 1);
  }
  return userns;
}

/** A namespace that may have a child. The last ones are as likely as all others, so that trees get deep. */
function parentInReach(dice: Dice, levels: readonly number[]): number {
  for (;;) {
    const last = Math.max(0, levels.length - 1 - dice.below(4));
    const parent = dice.chance(50) ? last : dice.below(levels.length);
    if ((levels[parent] as number) < USERNS_MAX_LEVEL) return parent;
  }
}

/** The most ids a world can have, one less, or any number in the upper half. */
function nearLimit(dice: Dice): number {
  return dice.pick([MAX_IDS, MAX_IDS - 1, MAX_IDS - dice.below(MAX_IDS >> 1)]);
}
