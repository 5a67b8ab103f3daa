import { BPF_COMPLEXITY_LIMIT_INSNS, BPF_MAXINSNS } from '../abi/bpf.js';
import { Pre } from '../abi/verdict.js';
import type { Kind } from '../kernel/vocabulary.js';
import { NO_TOKEN, type Request, type World } from '../kernel/world.js';
import { type Corners, cornersOf } from './corners.js';
import type { Dice } from './dice.js';

const INSN_COUNTS = [
  0,
  BPF_MAXINSNS,
  BPF_MAXINSNS + 1,
  BPF_COMPLEXITY_LIMIT_INSNS,
  BPF_COMPLEXITY_LIMIT_INSNS + 1,
  0x8000_0000,
  0xffff_ffff,
] as const;

/** Any request at all of a world: likely ones often, numbers and ids past the end now and then. */
export function randomRequest(world: World, dice: Dice): Request {
  return requestBy(world, dice, randomTask(world, dice), randomToken(world, dice));
}

/** As many requests, in some worlds with runs of the same task and token, or all one run: batches have ways for these. */
export function randomRequests(world: World, dice: Dice, count: number, isOneRun: boolean): Request[] {
  const requests: Request[] = [];
  const longest = dice.chance(40) ? 1 + dice.below(64) : 1;
  while (requests.length < count) {
    const task = randomTask(world, dice);
    const token = randomToken(world, dice);
    const run = isOneRun ? count : 1 + dice.below(longest);
    for (let i = 0; i < run && requests.length < count; i++) requests.push(requestBy(world, dice, task, token));
  }
  return requests;
}

function requestBy({ profile: { vocabulary } }: World, dice: Dice, task: number, token: number): Request {
  const corners = cornersOf(vocabulary);
  const cmd = randomNumber(dice, corners, 'cmds', 75);
  const isMap = cmd === corners.mapCreate;
  // Attaching asks nothing of other programs.
  const isCgroupSkb = !isMap && dice.chance(corners.attachCmds.includes(cmd) ? 60 : 10);
  const type = isCgroupSkb ? corners.cgroupSkb : randomNumber(dice, corners, isMap ? 'map_types' : 'prog_types', 50);
  return {
    task,
    token,
    cmd,
    type,
    attachType: dice.chance(30) ? 0 : randomNumber(dice, corners, 'attach_types', 50),
    insnCnt: dice.chance(85) ? 1 + dice.below(BPF_MAXINSNS) : dice.pick(INSN_COUNTS),
    pre: dice.chance(88) ? Pre.NONE : (dice.below(8) as Pre),
  };
}

/** A value of an enumeration: in `percent` of 100 cases one worth asking for, in 3 one past the end, else any. */
function randomNumber(dice: Dice, { often, past, count }: Corners, kind: Kind, percent: number): number {
  const draw = dice.below(100);
  if (draw < percent) return dice.pick(often[kind]);
  return draw < 97 ? dice.below(count[kind]) : dice.pick(past[kind]);
}

function randomTask({ tasks }: World, dice: Dice): number {
  return dice.chance(1) ? pastTheEnd(tasks.length, dice) : dice.below(tasks.length);
}

function randomToken({ tokens }: World, dice: Dice): number {
  const draw = dice.below(100);
  if (draw < 1) return pastTheEnd(tokens.length, dice);
  return draw < 14 || tokens.length === 0 ? NO_TOKEN : dice.below(tokens.length);
}

/** The first id that does not exist, the next one, or the last that an id column can hold. */
function pastTheEnd(count: number, dice: Dice): number {
  return dice.pick([count, count + 1, 0xfffe]);
}
