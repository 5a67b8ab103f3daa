import { CAP_BPF, CAP_NET_ADMIN, CAP_PERFMON, CAP_SYS_ADMIN } from '../src/abi/capabilities.js';
import { NO_DENIALS } from '../src/kernel/denials.js';
import type { Masks } from '../src/kernel/masks.js';
import { profileNamed } from '../src/kernel/profile.js';
import type { TaskSpec, TokenSpec, UsernsSpec, World } from '../src/kernel/world.js';
import { Random } from '../src/workload/random.js';

/** The size of a benchmark world. */
export interface WorldSize {
  readonly name: string;
  readonly userns: number;
  readonly tasks: number;
  readonly tokens: number;
}

export const SMALL: WorldSize = { name: 'small', userns: 64, tasks: 256, tokens: 256 };
export const LARGE: WorldSize = { name: 'large', userns: 1024, tasks: 4096, tokens: 4096 };

/** The deepest level of a benchmark world. */
export const DEEPEST_LEVEL = 8;

const UIDS = 8;
const FIRST_UID = 1000;
/** The stream of random numbers for worlds; requests have another. */
const WORLD_STREAM = 0;
const TASK_CAPABILITIES: readonly (readonly [cap: number, percent: number])[] = [
  [CAP_BPF, 80],
  [CAP_NET_ADMIN, 60],
  [CAP_PERFMON, 60],
  [CAP_SYS_ADMIN, 10],
];

/**
 * The world of the benchmark, from a seed: unprivileged_bpf_disabled is 2, no LSM denials.
 *
 * Namespace: its parent is the initial one for a quarter of them, else uniform among the earlier ones that leave it at
 * level 8 at most; its owner is uniform of 8 uids. Task: namespace uniform, euid uniform of the same 8; CAP_BPF with
 * 80%, CAP_NET_ADMIN 60%, CAP_PERFMON 60%, CAP_SYS_ADMIN 10%. Token: one namespace after the other, the initial one
 * included; each bit of the four masks is set with probability 13/16.
 */
export function benchmarkWorld(profile: string, size: WorldSize, seed: number): World {
  const random = new Random();
  random.reseed(seed, WORLD_STREAM);
  return {
    profile: profileNamed(profile),
    unprivilegedBpfDisabled: 2,
    userns: drawUserns(random, size.userns),
    bpffs: [],
    tasks: Array.from({ length: size.tasks }, (_, id) => drawTask(random, id, size)),
    tokens: Array.from({ length: size.tokens }, (_, id) => drawToken(random, id, size)),
  };
}

/** The level of each user namespace of a world. */
export function levelsOf(userns: readonly UsernsSpec[]): number[] {
  const levels: number[] = [];
  userns.forEach(({ parent }, id) => {
    levels.push(id === 0 ? 0 : (levels[parent] as number) + 1);
  });
  return levels;
}

function drawUserns(random: Random, count: number): UsernsSpec[] {
  const userns: UsernsSpec[] = [{ name: 'init', parent: 0, owner: 0 }];
  const levels = [0];
  /** Those that may still have children. */
  const parents = [0];
  for (let id = 1; id < count; id++) {
    const parent = random.below(4) === 0 ? 0 : (parents[random.below(parents.length)] as number);
    const level = (levels[parent] as number) + 1;
    userns.push({ name: `ns${id}`, parent, owner: drawUid(random) });
    levels.push(level);
    if (level < DEEPEST_LEVEL) parents.push(id);
  }
  return userns;
}

function drawTask(random: Random, id: number, size: WorldSize): TaskSpec {
  const userns = random.below(size.userns);
  const euid = drawUid(random);
  let effective = 0n;
  for (const [cap, percent] of TASK_CAPABILITIES) {
    if (random.below(100) < percent) effective |= 1n << BigInt(cap);
  }
  return { name: `task${id}`, userns, euid, effective };
}

function drawToken(random: Random, id: number, size: WorldSize): TokenSpec {
  const allowed: Masks = {
    cmds: drawMask(random),
    maps: drawMask(random),
    progs: drawMask(random),
    attachs: drawMask(random),
  };
  return { name: `token${id}`, userns: id % size.userns, allowed, denials: NO_DENIALS };
}

function drawUid(random: Random): number {
  return FIRST_UID + random.below(UIDS);
}

function drawMask(random: Random): bigint {
  let mask = 0n;
  for (let bit = 0n; bit < 64n; bit++) {
    if (random.below(16) < 13) mask |= 1n << bit;
  }
  return mask;
}
