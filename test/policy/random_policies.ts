import { randomMasks } from '../../src/fuzz/random_masks.js';
import { RandomSource } from '../../src/fuzz/random_source.js';
import { randomWorld } from '../../src/fuzz/random_world.js';
import { NO_DENIALS } from '../../src/kernel/denials.js';
import type { BpffsSpec, World } from '../../src/kernel/world.js';

/** A random world with some bpffs, of names that differ. */
export function randomPolicy(seed: number): World {
  const random = new RandomSource(seed);
  const world = randomWorld(random);
  const bpffs = Array.from({ length: random.below(3) }, (_, i): BpffsSpec => {
    const delegate = random.chance(20)
      ? { cmds: 0n, maps: 0n, progs: 0n, attachs: 0n }
      : randomMasks(random, world.profile.vocabulary);
    return {
      name: `bpffs${i}`,
      userns: random.below(world.userns.length),
      options: { delegate, uid: 0, gid: 0, mode: 0o777 },
      denials: NO_DENIALS,
      lsmCreateErrno: random.chance(10) ? 13 : 0,
      domain: random.below(world.selinux?.domains.length ?? 1),
    };
  });
  return { ...world, bpffs };
}

/** The same world after a change that is drawn: another kernel, fewer tokens, other capabilities, other masks, or nothing. */
export function changedPolicy(world: World, seed: number): World {
  const random = new RandomSource(seed);
  const other = randomWorld(random, random.chance(50) ? world.profile : undefined);
  switch (random.below(5)) {
    case 0:
      return { ...world, profile: other.profile };
    case 1:
      return { ...world, tokens: world.tokens.slice(random.below(2)) };
    case 2:
      return {
        ...world,
        tasks: world.tasks.map((task) => (random.chance(50) ? task : { ...task, effective: random.bits() & 0xffn })),
      };
    case 3:
      return {
        ...world,
        tokens: world.tokens.map((token) =>
          random.chance(50) ? token : { ...token, allowed: randomMasks(random, world.profile.vocabulary) },
        ),
      };
    default:
      return random.chance(30) ? world : other;
  }
}
