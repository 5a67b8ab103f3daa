import { CAP_BPF, CAP_NET_ADMIN, CAP_PERFMON, CAP_SYS_ADMIN } from '../../src/abi/capabilities.js';
import { Pre } from '../../src/abi/verdict.js';
import { PROFILES } from '../../src/kernel/profile.js';
import { NO_TOKEN, type Request, type TaskSpec, type TokenSpec, type World } from '../../src/kernel/world.js';

/** A small repeatable generator (mulberry32): test inputs must be the same on every machine. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** Uniform in [0, below). */
  int(below: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) % below;
  }

  chance(percent: number): boolean {
    return this.int(100) < percent;
  }

  pick<T>(from: readonly T[]): T {
    return from[this.int(from.length)] as T;
  }

  /** 64 random bits, sparse, dense or anything between. */
  mask(): bigint {
    const density = this.pick([0, 5, 50, 95, 100]);
    let bits = 0n;
    for (let i = 0; i < 64; i++) if (this.chance(density)) bits |= 1n << BigInt(i);
    return bits;
  }
}

const CAPS = [CAP_BPF, CAP_NET_ADMIN, CAP_PERFMON, CAP_SYS_ADMIN];

function capabilities(random: Random, percent: number): bigint {
  return CAPS.reduce((set, cap) => (random.chance(percent) ? set | (1n << BigInt(cap)) : set), 0n);
}

/** A world of any profile: deep and shallow trees, few uids (so that owners meet), masks of every density, LSM denials. */
export function randomWorld(seed: number): World {
  const random = new Random(seed);
  const profile = random.pick(PROFILES);
  const uid = () => random.int(3) * 1000;
  const userns = [{ name: 'init', parent: 0, owner: 0 }];
  const levels = [0];
  const chain = random.chance(30);
  const count = 1 + random.int(chain ? 40 : 12);
  for (let i = 1; i <= count; i++) {
    const fitting = userns.map((_, id) => id).filter((id) => (levels[id] as number) < 33);
    const parent = chain && (levels[i - 1] as number) < 33 ? i - 1 : random.pick(fitting);
    userns.push({ name: `ns${i}`, parent, owner: uid() });
    levels.push((levels[parent] as number) + 1);
  }
  const tasks: TaskSpec[] = Array.from({ length: 1 + random.int(10) }, (_, i) => ({
    name: `task${i}`,
    userns: random.int(userns.length),
    euid: uid(),
    effective: capabilities(random, random.pick([0, 40, 80, 100])),
  }));
  const tokens: TokenSpec[] = Array.from({ length: random.int(8) }, (_, i) => ({
    name: `token${i}`,
    userns: random.chance(50) ? random.pick(tasks).userns : random.int(userns.length),
    allowed: { cmds: random.mask(), maps: random.mask(), progs: random.mask(), attachs: random.mask() },
    denials: random.chance(30) ? { cmds: random.mask(), caps: capabilities(random, 40) } : { cmds: 0n, caps: 0n },
  }));
  return { profile, unprivilegedBpfDisabled: random.pick([0, 1, 2]), userns, bpffs: [], tasks, tokens };
}

const COMMON_CMDS = ['map_create', 'prog_load', 'btf_load', 'btf_get_fd_by_id', 'prog_attach', 'link_create'];

/** Any request at all of a world: likely ones often, numbers and ids past the end now and then. */
export function randomRequest(world: World, random: Random): Request {
  const { vocabulary } = world.profile;
  const number = (count: number): number => {
    if (random.chance(3)) return random.pick([count, count + 1, 62, 63, 64, 255, 256, 0xffff_ffff]);
    return random.int(count);
  };
  const cmd = random.chance(75) ? vocabulary.must('cmds', random.pick(COMMON_CMDS)) : number(vocabulary.count.cmds);
  const token = (): number => {
    if (random.chance(1)) return world.tokens.length + random.int(2);
    return random.chance(15) || world.tokens.length === 0 ? NO_TOKEN : random.int(world.tokens.length);
  };
  const cgroupSkb = vocabulary.must('prog_types', 'cgroup_skb');
  const isMap = cmd === vocabulary.must('cmds', 'map_create');
  const type = !isMap && random.chance(20) ? cgroupSkb : number(vocabulary.count[isMap ? 'map_types' : 'prog_types']);
  return {
    task: random.chance(1) ? world.tasks.length + random.int(3) : random.int(world.tasks.length),
    token: token(),
    cmd,
    type,
    attachType: random.chance(40) ? random.int(3) : number(vocabulary.count.attach_types),
    insnCnt: random.chance(85) ? 1 + random.int(4096) : random.pick([0, 4096, 4097, 1_000_000, 1_000_001, 0xffff_ffff]),
    pre: random.chance(88) ? Pre.NONE : (random.int(8) as Pre),
  };
}
