import { type AllowRule, permissionsOf, SELINUX_CLASSES, UNCONFINED } from '../kernel/selinux.js';
import type { World } from '../kernel/world.js';
import type { RandomSource } from './random_source.js';

/** Domains besides the unconfined one: few, so that pairs of them meet often. */
const DOMAINS = ['d1_t', 'd2_t', 'd3_t'] as const;
/** Of the capabilities, those that bpf() asks for. */
const ASKED = new Set(['bpf', 'perfmon', 'net_admin', 'sys_admin']);
const ACCESSES = SELINUX_CLASSES.flatMap((name) =>
  permissionsOf(name)
    .filter((permission) => name === 'bpf' || ASKED.has(permission))
    .map((permission) => ({ class: name, permission })),
);

/** The world with SELinux: random domains of tasks, tokens and bpffs, and random rules of every density between them. */
export function withRandomSelinux(random: RandomSource, world: World): World {
  const domains = [UNCONFINED, ...DOMAINS.slice(0, 1 + random.below(DOMAINS.length))];
  const density = random.pick([30, 70, 85, 95]);
  const rules: AllowRule[] = [];
  for (let source = 1; source < domains.length; source++) {
    for (let target = 0; target < domains.length; target++) {
      for (const access of ACCESSES) if (random.chance(density)) rules.push({ source, target, ...access });
    }
  }
  const draw = (): number => (random.chance(10) ? 0 : random.below(domains.length));
  return {
    ...world,
    selinux: { bpfTokenPerms: random.chance(70), domains, rules },
    tasks: world.tasks.map((task) => ({ ...task, domain: draw() })),
    bpffs: world.bpffs.map((bpffs) => ({ ...bpffs, domain: draw() })),
    tokens: world.tokens.map((token) => ({ ...token, grantor: draw() })),
  };
}

/** The same in some worlds. */
export function withSelinuxInSome(random: RandomSource, world: World): World {
  return random.chance(15) ? withRandomSelinux(random, world) : world;
}
