import { USERNS_MAX_LEVEL } from '../abi/bpf.js';
import type { Profile } from '../kernel/profile.js';
import type { TaskSpec, TokenSpec, UsernsSpec, World } from '../kernel/world.js';
import { randomCapabilities, randomDenials, randomMasks } from './random_masks.js';
import { anyProfile } from './random_profile.js';
import { withSelinuxInSome } from './random_selinux.js';
import type { RandomSource } from './random_source.js';

/** Few values, so that owners coincide; one is above 2^31 to catch signed arithmetic. */
const UIDS = [0, 1000, 0xffff_fffe] as const;
const SYSCTLS = [0, 1, 2] as const;
const INIT: UsernsSpec = { name: 'init', parent: 0, owner: 0 };
const NS_NAMES = names('ns', 48);
const TASK_NAMES = names('task', 10);
const TOKEN_NAMES = names('token', 10);

function names(what: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, i) => `${what}${i}`);
}

/**
 * A random world, of a random profile unless one is given: trees and chains of namespaces down to the deepest level, owners
 * that are tasks, tokens in the namespaces of tasks, above and below them, masks and denials of every density, SELinux in some.
 * It has at least one task.
 */
export function randomWorld(random: RandomSource, profile: Profile = anyProfile(random)): World {
  const { vocabulary } = profile;
  const uids = random.chance(25) ? [random.pick(UIDS)] : UIDS;
  const { userns, bottom } = random.chance(25) ? chain(random, uids) : tree(random, uids);
  const tasks: TaskSpec[] = [];
  for (let i = 1 + random.below(8); i > 0; i--) {
    tasks.push({
      name: TASK_NAMES[tasks.length] as string,
      userns: placeOfTask(random, userns, bottom),
      euid: random.pick(uids),
      effective: randomCapabilities(random),
    });
  }
  const tokens: TokenSpec[] = [];
  for (let i = random.chance(4) ? 0 : 1 + random.below(7); i > 0; i--) {
    tokens.push({
      name: TOKEN_NAMES[tokens.length] as string,
      userns: placeOfToken(random, userns, bottom, tasks),
      allowed: randomMasks(random, vocabulary),
      denials: randomDenials(random, vocabulary),
    });
  }
  const world = { profile, unprivilegedBpfDisabled: random.pick(SYSCTLS), userns, bpffs: [], tasks, tokens };
  return withSelinuxInSome(random, world);
}

interface Namespaces {
  readonly userns: readonly UsernsSpec[];
  /** A deep namespace. */
  readonly bottom: number;
}

/** A chain of namespaces, often down to the last level; then a few others. */
function chain(random: RandomSource, uids: readonly number[]): Namespaces {
  const userns = [INIT];
  const bottom = random.chance(40) ? USERNS_MAX_LEVEL - random.below(2) : 1 + random.below(USERNS_MAX_LEVEL);
  while (userns.length <= bottom) add(userns, userns.length - 1, random.pick(uids));
  for (let i = random.below(6); i > 0; i--) add(userns, random.below(bottom), random.pick(uids));
  return { userns, bottom };
}

function tree(random: RandomSource, uids: readonly number[]): Namespaces {
  const userns = [INIT];
  for (let i = random.below(12); i > 0; i--) add(userns, random.below(userns.length), random.pick(uids));
  return { userns, bottom: userns.length - 1 };
}

function add(userns: UsernsSpec[], parent: number, owner: number): void {
  userns.push({ name: NS_NAMES[userns.length] as string, parent, owner });
}

/** In 15 of 100 cases the initial namespace, in 10 a deep one, else any. */
function placeOfTask(random: RandomSource, userns: readonly UsernsSpec[], bottom: number): number {
  const draw = random.below(100);
  if (draw < 15) return 0;
  return draw < 25 ? bottom : random.below(userns.length);
}

/** A task's namespace, a child or the parent of it, a deep one, or any. */
function placeOfToken(
  random: RandomSource,
  userns: readonly UsernsSpec[],
  bottom: number,
  tasks: readonly TaskSpec[],
): number {
  const home = random.pick(tasks).userns;
  switch (random.below(8)) {
    case 0:
      return (userns[home] as UsernsSpec).parent;
    case 1:
    case 2: {
      const child = userns.findIndex(({ parent }, id) => parent === home && id !== 0);
      return child === -1 ? home : child;
    }
    case 3:
      return bottom;
    case 4:
      return random.below(userns.length);
    default:
      return home;
  }
}
