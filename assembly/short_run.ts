// Runs too short for a table. What requests ask comes in few kinds: what each kind gets of a task and a token is worked out
// once a run, for types that the token allows and for types that it does not; the token's masks choose.

import {
  ASK_BY_GATE,
  CMD_PROG_LOAD,
  KIND_CMD_BITS,
  KIND_END,
  KIND_FLAGS,
  KIND_MEANT,
  KIND_NEEDS,
  KIND_STOP_ATTACH,
  KIND_STOP_TYPE,
  KINDS,
  PLACE_SCRATCH,
  STOP_NONE,
  TASK_INIT_CAPS,
  TASK_SIZE,
  TOKEN_ATTACHS,
  TOKEN_CMDS,
  TOKEN_DENIED_CAPS,
  TOKEN_MAPS,
  TOKEN_SIZE,
  WORLD_FALLBACK_CAPS,
  WORLD_KIND_OUTCOMES,
  WORLD_KINDS,
} from '../src/engine/layout';
import { saturated } from './asks';
import { BLOCK_ROWS } from './block';
import { capsThere, isOwnUserns, standing } from './capable';
import { dispositions, outcomes, stopsBeforeType } from './judge_lanes';
import { hasAll, hasBits, lanes } from './lanes';
import { mayHaveFaults, NO_VERDICT } from './odd';
import { attachTypeAt, cmdAt, holderOf, outAt, typeAt } from './rows';
import { byAsks, decideOddOf, stepAt, writeAsks } from './stretch';

// In the scratch, past ASKS. A byte for each kind:
const PERMITTED: usize = 9728; // where the token allows type and attach type
const WITHOUT_TYPE: usize = 9760; // where it does not allow the type
const WITHOUT_ATTACH: usize = 9792; // and where it allows that, and not the attach type

/** Decides the rows of a run from `first` to before `end`, at least sixteen, whose ids exist. */
export function decideShortRun(place: usize, first: usize, end: usize): void {
  const scratch = place + PLACE_SCRATCH;
  const holder = holderOf(place, first);
  const task: usize = (holder & 0xffff) * TASK_SIZE;
  const token: usize = (holder >> 16) * TOKEN_SIZE;
  // Asked first, so that it has come when it is needed.
  const stands = standing(task, token);
  for (let row = first; row < end; row += BLOCK_ROWS) {
    const stop = min<usize>(row + BLOCK_ROWS, end);
    const start = min<usize>(row, stop - 16);
    writeAsks(place, scratch, start, stop);
    if (row == first) writeKinds(scratch, task, token, stands);
    decideStretch(place, scratch, start, stop, token);
  }
}

/** At most a block of them, by ASKS. */
// @ts-ignore: decorator
@inline
function decideStretch(place: usize, scratch: usize, first: usize, end: usize, token: usize): void {
  let odd = lanes(mayHaveFaults(place) ? 1 : 0);
  const cmds = cmdAt(place, 0);
  const types = typeAt(place, 0);
  const attachs = attachTypeAt(place, 0);
  const out = outAt(place, 0);
  for (let row = first; row < end; row += 16) {
    const at = stepAt(row, end);
    const kinds = byAsks(WORLD_KINDS, scratch + ((row - first) << 1));
    const type = saturated(v128.load(types + at));
    const attach = saturated(v128.load(attachs + at));
    const decided = verdicts(scratch, token, kinds, v128.load(cmds + at), type, attach);
    v128.store(out + at, decided);
    odd = v128.or(odd, i8x16.eq(decided, lanes(NO_VERDICT)));
  }
  if (v128.any_true(odd)) decideOddOf(place, first, end);
}

/** Sixteen verdicts. */
// @ts-ignore: decorator
@inline
function verdicts(scratch: usize, token: usize, kinds: v128, cmd: v128, type: v128, attach: v128): v128 {
  const isProgLoad = i8x16.eq(cmd, lanes(CMD_PROG_LOAD));
  // The masks of map types and program types lie side by side.
  const hasType = hasBits(v128.load(token, TOKEN_MAPS), type, v128.and(lanes(8), isProgLoad));
  const hasAttach = hasBits(v128.load64_zero(token, TOKEN_ATTACHS), attach, lanes(0));
  const withType = v128.bitselect(ofKind(scratch + PERMITTED, kinds), ofKind(scratch + WITHOUT_ATTACH, kinds), hasAttach);
  return v128.bitselect(withType, ofKind(scratch + WITHOUT_TYPE, kinds), hasType);
}

/** What a column has for sixteen kinds. */
// @ts-ignore: decorator
@inline
function ofKind(column: usize, kinds: v128): v128 {
  const first = i8x16.swizzle(v128.load(column), kinds);
  return v128.or(first, i8x16.swizzle(v128.load(column, 16), i8x16.sub(kinds, lanes(16))));
}

/** Works out what each kind gets of a task and a token. */
// @ts-ignore: decorator
@inline
function writeKinds(scratch: usize, task: usize, token: usize, stands: u32): void {
  const initCaps: u32 = load<u8>(task, TASK_INIT_CAPS);
  const deniedCaps: u32 = load<u8>(token, TOKEN_DENIED_CAPS);
  const there = capsThere(task, stands);
  const capable = (there & ~deniedCaps) | (initCaps & ~there & load<u32>(WORLD_FALLBACK_CAPS));
  const own = lanes(0 - isOwnUserns(task, token, stands));
  const cmds = v128.load_splat<u8>(token, TOKEN_CMDS);
  const attachs = v128.load64_zero(token, TOKEN_ATTACHS);
  const refused = there & deniedCaps;
  writeHalf(scratch, 0, own, cmds, attachs, initCaps, deniedCaps, capable, refused);
  writeHalf(scratch, 16, own, cmds, attachs, initCaps, deniedCaps, capable, refused);
}

/** Of sixteen kinds from the nth on: twice, not in a loop, so that constants are made once. */
// @ts-ignore: decorator
@inline
function writeHalf(
  scratch: usize,
  n: usize,
  own: v128,
  cmds: v128,
  attachs: v128,
  initCaps: u32,
  deniedCaps: u32,
  capable: u32,
  refused: u32,
): void {
  const flags = v128.load(n, KIND_FLAGS);
  const stop = stopsBeforeType(own, lanes(deniedCaps), cmds, v128.load(n, KIND_CMD_BITS), flags);
  const without = v128.load(<usize>initCaps * KINDS + <usize>n, WORLD_KIND_OUTCOMES);
  let within = v128.load(<usize>capable * KINDS + <usize>n, WORLD_KIND_OUTCOMES);
  if (refused) {
    const needs = v128.load(n, KIND_NEEDS);
    within = outcomes(lanes(capable), lanes(refused), needs, v128.load(n, KIND_END), flags);
  }
  const permitted = stoppedBy(stop, within, without);
  const noType = stoppedBy(i8x16.max_u(stop, v128.load(n, KIND_STOP_TYPE)), within, without);
  const noAttach = stoppedBy(i8x16.max_u(stop, v128.load(n, KIND_STOP_ATTACH)), within, without);
  // Whether the token allows what attach type 0 means is known already.
  const meant = v128.load(n, KIND_MEANT);
  const isOwnAttach = i8x16.eq(meant, lanes(0));
  const isMeantAllowed = hasBits(attachs, meant, lanes(0));
  const ofMeant = v128.bitselect(permitted, noAttach, isMeantAllowed);
  const odd = hasAll(flags, lanes(ASK_BY_GATE));
  v128.store(scratch + n, v128.or(v128.bitselect(permitted, ofMeant, isOwnAttach), odd), PERMITTED);
  v128.store(scratch + n, v128.or(v128.bitselect(noAttach, ofMeant, isOwnAttach), odd), WITHOUT_ATTACH);
  v128.store(scratch + n, v128.or(noType, odd), WITHOUT_TYPE);
}

/** Verdicts by what stops a token: outcomes within it where nothing does, else without it. */
// @ts-ignore: decorator
@inline
function stoppedBy(stop: v128, within: v128, without: v128): v128 {
  return v128.or(v128.bitselect(within, without, i8x16.eq(stop, lanes(STOP_NONE))), dispositions(stop));
}
