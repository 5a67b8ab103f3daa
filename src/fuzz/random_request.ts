import { BPF_COMPLEXITY_LIMIT_INSNS, BPF_MAXINSNS } from '../abi/bpf.js';
import { Fault } from '../abi/verdict.js';
import type { EnumKind } from '../kernel/vocabulary.js';
import { NO_TOKEN, type Request, type World } from '../kernel/world.js';
import { type BoundaryValues, boundaryValuesOf } from './boundary_values.js';
import type { RandomSource } from './random_source.js';

const INSN_COUNTS = [
  0,
  BPF_MAXINSNS,
  BPF_MAXINSNS + 1,
  BPF_COMPLEXITY_LIMIT_INSNS,
  BPF_COMPLEXITY_LIMIT_INSNS + 1,
  0x8000_0000,
  0xffff_ffff,
] as const;

/** A random request of a world: mostly common ones, sometimes with numbers and ids past the end. */
export function randomRequest(world: World, random: RandomSource): Request {
  return requestBy(world, random, randomTask(world, random), randomToken(world, random));
}

/** `count` requests; in some worlds with runs of the same task and token, or one run: batches have separate code for runs. */
export function randomRequests(world: World, random: RandomSource, count: number, isOneRun: boolean): Request[] {
  const requests: Request[] = [];
  const longest = random.chance(40) ? 1 + random.below(64) : 1;
  while (requests.length < count) {
    const task = randomTask(world, random);
    const token = randomToken(world, random);
    const run = isOneRun ? count : 1 + random.below(longest);
    for (let i = 0; i < run && requests.length < count; i++) requests.push(requestBy(world, random, task, token));
  }
  return requests;
}

function requestBy(world: World, random: RandomSource, task: number, token: number): Request {
  const { vocabulary } = world.profile;
  const boundaries = boundaryValuesOf(vocabulary);
  const { programs } = world;
  const program = programs && random.chance(40) ? random.pick(programs) : undefined;
  const cmd = program ? vocabulary.require('cmds', 'prog_load') : randomNumber(random, boundaries, 'cmds', 75);
  const isMap = cmd === boundaries.mapCreate;
  // Attaching other programs has no requirements.
  const isCgroupSkb = !isMap && random.chance(boundaries.attachCmds.includes(cmd) ? 60 : 10);
  const type = isCgroupSkb
    ? boundaries.cgroupSkb
    : randomNumber(random, boundaries, isMap ? 'map_types' : 'prog_types', 50);
  const attachType = random.chance(30) ? 0 : randomNumber(random, boundaries, 'attach_types', 50);
  return {
    task,
    token,
    cmd,
    type: program?.progType ?? type,
    attachType: program?.attachType ?? attachType,
    ...(program && { program }),
    insnCnt: random.chance(85) ? 1 + random.below(BPF_MAXINSNS) : random.pick(INSN_COUNTS),
    pre: random.chance(88) ? Fault.NONE : (random.below(8) as Fault),
  };
}

/** A value of an enumeration: a common one in `percent` of 100 cases, one past the end in 3, else any. */
function randomNumber(
  random: RandomSource,
  { common, outOfRange, count }: BoundaryValues,
  kind: EnumKind,
  percent: number,
): number {
  const draw = random.below(100);
  if (draw < percent) return random.pick(common[kind]);
  return draw < 97 ? random.below(count[kind]) : random.pick(outOfRange[kind]);
}

function randomTask({ tasks }: World, random: RandomSource): number {
  return random.chance(1) ? pastTheEnd(tasks.length, random) : random.below(tasks.length);
}

function randomToken({ tokens }: World, random: RandomSource): number {
  const draw = random.below(100);
  // In a world of the most tokens, the next id but one is past what a request can have.
  if (draw < 1) return Math.min(pastTheEnd(tokens.length, random), NO_TOKEN);
  return draw < 14 || tokens.length === 0 ? NO_TOKEN : random.below(tokens.length);
}

/** The first id that does not exist, the next one, or the last that an id column can hold. */
function pastTheEnd(count: number, random: RandomSource): number {
  return random.pick([count, count + 1, 0xfffe]);
}
