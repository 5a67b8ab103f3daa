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
  OTHER_KINDS,
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
import { ASKS, decideOddOf, stepAt, writeAsks } from './stretch';

// In the scratch, past ASKS. A byte for each kind:
const PERMITTED: usize = 9728; // where the token allows type and attach type
const WITHOUT_TYPE: usize = 9760; // where it does not allow the type
const WITHOUT_ATTACH: usize = 9792; // and where it allows that, and not the attach type
// And for each row of a stretch:
const KIND_OF: usize = 9856; // u8, its kind

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
    writeKindsOf(scratch, start, stop);
    if (row == first) writeKinds(scratch, task, token, stands);
    decideStretch(place, scratch, start, stop, token);
  }
}

/** Writes the kinds of the rows from `first` to before `end` to KIND_OF, at most a block, by ASKS. */
// @ts-ignore: decorator
@inline
function writeKindsOf(scratch: usize, first: usize, end: usize): void {
  for (let i: usize = 0; i < end - first; i += 16) {
    const asks = scratch + (i << 1);
    v128.store(scratch + i, v128.shuffle<i64>(eightKinds(asks), eightKinds(asks + 16), 0, 2), KIND_OF);
  }
}

/** Lane by lane, as a run's table is read; at a fixed address, which needs no addition. */
// @ts-ignore: decorator
@inline
function eightKinds(asks: usize): v128 {
  let kinds = i64x2(0, 0);
  kinds = v128.load_lane<u8>(load<u16>(asks, ASKS), kinds, 0, WORLD_KINDS);
  kinds = v128.load_lane<u8>(load<u16>(asks, ASKS + 2), kinds, 1, WORLD_KINDS);
  kinds = v128.load_lane<u8>(load<u16>(asks, ASKS + 4), kinds, 2, WORLD_KINDS);
  kinds = v128.load_lane<u8>(load<u16>(asks, ASKS + 6), kinds, 3, WORLD_KINDS);
  kinds = v128.load_lane<u8>(load<u16>(asks, ASKS + 8), kinds, 4, WORLD_KINDS);
  kinds = v128.load_lane<u8>(load<u16>(asks, ASKS + 10), kinds, 5, WORLD_KINDS);
  kinds = v128.load_lane<u8>(load<u16>(asks, ASKS + 12), kinds, 6, WORLD_KINDS);
  return v128.load_lane<u8>(load<u16>(asks, ASKS + 14), kinds, 7, WORLD_KINDS);
}

/** Decides the same rows, by KIND_OF. What is in memory is read before the loop, which then keeps it in registers. */
// @ts-ignore: decorator
@inline
function decideStretch(place: usize, scratch: usize, first: usize, end: usize, token: usize): void {
  const cmds = cmdAt(place, 0);
  const types = typeAt(place, 0);
  const attachs = attachTypeAt(place, 0);
  const out = outAt(place, 0);
  // The masks of map types and program types lie side by side.
  const typeMasks = v128.load(token, TOKEN_MAPS);
  const attachMask = v128.load64_zero(token, TOKEN_ATTACHS);
  const programPermitted = v128.load(scratch, PERMITTED);
  const programWithoutType = v128.load(scratch, WITHOUT_TYPE);
  const programWithoutAttach = v128.load(scratch, WITHOUT_ATTACH);
  const otherPermitted = v128.load(scratch, PERMITTED + OTHER_KINDS);
  const otherWithoutType = v128.load(scratch, WITHOUT_TYPE + OTHER_KINDS);
  let odd = lanes(mayHaveFaults(place) ? 1 : 0);
  for (let row = first; row < end; row += 16) {
    const at = stepAt(row, end);
    const isProgLoad = i8x16.eq(v128.load(cmds + at), lanes(CMD_PROG_LOAD));
    const hasType = hasBits(typeMasks, saturated(v128.load(types + at)), v128.and(lanes(8), isProgLoad));
    const hasAttach = hasBits(attachMask, saturated(v128.load(attachs + at)), lanes(0));
    // A lane past a vector's end is 0: of the two halves one has the kind.
    const program = v128.load(scratch + (row - first), KIND_OF);
    const other = i8x16.sub(program, lanes(OTHER_KINDS));
    const ofProgram = v128.bitselect(
      i8x16.swizzle(programPermitted, program),
      i8x16.swizzle(programWithoutAttach, program),
      hasAttach,
    );
    const withType = v128.or(ofProgram, i8x16.swizzle(otherPermitted, other));
    const withoutType = v128.or(i8x16.swizzle(programWithoutType, program), i8x16.swizzle(otherWithoutType, other));
    const decided = v128.bitselect(withType, withoutType, hasType);
    v128.store(out + at, decided);
    odd = v128.or(odd, i8x16.eq(decided, lanes(NO_VERDICT)));
  }
  if (v128.any_true(odd)) decideOddOf(place, first, end);
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
  const refused = there & deniedCaps;
  writeProgramKinds(scratch, own, cmds, v128.load64_zero(token, TOKEN_ATTACHS), initCaps, deniedCaps, capable, refused);
  writeOtherKinds(scratch, own, cmds, initCaps, deniedCaps, capable, refused);
}

/** Of PROG_LOAD. */
// @ts-ignore: decorator
@inline
function writeProgramKinds(
  scratch: usize,
  own: v128,
  cmds: v128,
  attachs: v128,
  initCaps: u32,
  deniedCaps: u32,
  capable: u32,
  refused: u32,
): void {
  const stop = stopsOf(0, own, lanes(deniedCaps), cmds);
  const within = outcomesWithin(0, capable, refused);
  const without = outcomesWithout(0, initCaps);
  const permitted = stoppedBy(stop, within, without);
  const noAttach = stoppedBy(i8x16.max_u(stop, v128.load(KIND_STOP_ATTACH)), within, without);
  // Whether the token allows what attach type 0 means is known already.
  const meant = v128.load(KIND_MEANT);
  const isOwnAttach = i8x16.eq(meant, lanes(0));
  const ofMeant = v128.bitselect(permitted, noAttach, hasBits(attachs, meant, lanes(0)));
  v128.store(scratch, v128.bitselect(permitted, ofMeant, isOwnAttach), PERMITTED);
  v128.store(scratch, v128.bitselect(noAttach, ofMeant, isOwnAttach), WITHOUT_ATTACH);
  v128.store(scratch, stoppedBy(i8x16.max_u(stop, v128.load(KIND_STOP_TYPE)), within, without), WITHOUT_TYPE);
}

/** Of every other command: none has an attach type that a token allows, and some have more to say than a row does. */
// @ts-ignore: decorator
@inline
function writeOtherKinds(
  scratch: usize,
  own: v128,
  cmds: v128,
  initCaps: u32,
  deniedCaps: u32,
  capable: u32,
  refused: u32,
): void {
  const stop = stopsOf(OTHER_KINDS, own, lanes(deniedCaps), cmds);
  const within = outcomesWithin(OTHER_KINDS, capable, refused);
  const without = outcomesWithout(OTHER_KINDS, initCaps);
  const noType = i8x16.max_u(stop, v128.load(OTHER_KINDS, KIND_STOP_TYPE));
  const odd = hasAll(v128.load(OTHER_KINDS, KIND_FLAGS), lanes(ASK_BY_GATE));
  v128.store(scratch, v128.or(stoppedBy(stop, within, without), odd), PERMITTED + OTHER_KINDS);
  v128.store(scratch, v128.or(stoppedBy(noType, within, without), odd), WITHOUT_TYPE + OTHER_KINDS);
}

/** What stops the token for sixteen kinds from the nth on, but for their types. */
// @ts-ignore: decorator
@inline
function stopsOf(n: usize, own: v128, deniedCaps: v128, cmds: v128): v128 {
  return stopsBeforeType(own, deniedCaps, cmds, v128.load(n, KIND_CMD_BITS), v128.load(n, KIND_FLAGS));
}

/** Their outcomes where the token counts. */
// @ts-ignore: decorator
@inline
function outcomesWithin(n: usize, capable: u32, refused: u32): v128 {
  if (!refused) return outcomesWithout(n, capable);
  const needs = v128.load(n, KIND_NEEDS);
  return outcomes(lanes(capable), lanes(refused), needs, v128.load(n, KIND_END), v128.load(n, KIND_FLAGS));
}

/** And where it does not. */
// @ts-ignore: decorator
@inline
function outcomesWithout(n: usize, caps: u32): v128 {
  return v128.load(<usize>caps * KINDS + n, WORLD_KIND_OUTCOMES);
}

/** Verdicts by what stops a token: outcomes within it where nothing does, else without it. */
// @ts-ignore: decorator
@inline
function stoppedBy(stop: v128, within: v128, without: v128): v128 {
  return v128.or(v128.bitselect(within, without, i8x16.eq(stop, lanes(STOP_NONE))), dispositions(stop));
}
