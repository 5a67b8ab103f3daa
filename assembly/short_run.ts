// Runs too short for a table. What requests ask comes in few kinds: what each kind gets of a task and a token is worked out
// once a run, for types that the token allows and for types that it does not; the token's masks choose.

import {
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
  WORLD_KINDS,
} from '../src/engine/layout';
import { saturated } from './asks';
import { BLOCK_ROWS } from './block';
import { capsThere, isOwnUserns, standing } from './capable';
import { capsWithin, dispositions, outcomes, stopsBeforeType } from './judge_lanes';
import { hasBit, lanes } from './lanes';
import { attachTypeAt, cmdAt, holderOf, outAt, typeAt } from './rows';
import { ASKS, decideOddOf, stepAt, writeAsks } from './stretch';

// In the scratch, past ASKS. A byte for each kind:
const PERMITTED: usize = 9728; // where the token allows type and attach type
const WITHOUT_TYPE: usize = 9760; // where it does not allow the type
const WITHOUT_ATTACH: usize = 9792; // and where it allows that, and not the attach type
// And of each row of a stretch:
const KIND: usize = 9824; // u8

/** Decides the rows of a run from `first` to before `end`, at least sixteen, whose ids exist. */
export function decideShortRun(place: usize, first: usize, end: usize): void {
  const scratch = place + PLACE_SCRATCH;
  const holder = holderOf(place, first);
  const token: usize = (holder >> 16) * TOKEN_SIZE;
  writeKinds(scratch, (holder & 0xffff) * TASK_SIZE, token);
  for (let row = first; row < end; row += BLOCK_ROWS) {
    const stop = min<usize>(row + BLOCK_ROWS, end);
    decideStretch(place, scratch, stop - row < 16 ? stop - 16 : row, stop, token);
  }
}

/** At most a block of them. */
// @ts-ignore: decorator
@inline
function decideStretch(place: usize, scratch: usize, first: usize, end: usize, token: usize): void {
  const odd = writeAsks(place, scratch, first, end);
  const whole = (end - first + 15) & ~15;
  for (let n: usize = 0; n < whole; n += 4) {
    const asks = scratch + (n << 1);
    store<u8>(scratch + n, load<u8>(load<u16>(asks, ASKS), WORLD_KINDS), KIND);
    store<u8>(scratch + n, load<u8>(load<u16>(asks, ASKS + 2), WORLD_KINDS), KIND + 1);
    store<u8>(scratch + n, load<u8>(load<u16>(asks, ASKS + 4), WORLD_KINDS), KIND + 2);
    store<u8>(scratch + n, load<u8>(load<u16>(asks, ASKS + 6), WORLD_KINDS), KIND + 3);
  }
  for (let row = first; row < end; row += 16) {
    const at = stepAt(row, end);
    v128.store(outAt(place, at), verdicts(place, scratch, at, token, v128.load(scratch + (row - first), KIND)));
  }
  if (v128.any_true(odd)) decideOddOf(place, first, end);
}

/** Sixteen verdicts. */
// @ts-ignore: decorator
@inline
function verdicts(place: usize, scratch: usize, row: usize, token: usize, kinds: v128): v128 {
  const isProgLoad = i8x16.eq(v128.load(cmdAt(place, row)), lanes(CMD_PROG_LOAD));
  const type = saturated(v128.load(typeAt(place, row)));
  const attach = saturated(v128.load(attachTypeAt(place, row)));
  // The masks of map types and program types lie side by side.
  const typeByte = i8x16.add(i8x16.shr_u(type, 3), v128.and(lanes(8), isProgLoad));
  const hasType = hasBit(v128.load(token, TOKEN_MAPS), typeByte, type);
  const hasAttach = hasBit(v128.load64_zero(token, TOKEN_ATTACHS), i8x16.shr_u(attach, 3), attach);
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
function writeKinds(scratch: usize, task: usize, token: usize): void {
  const stands = standing(task, token);
  const own = lanes(0 - isOwnUserns(task, token, stands));
  const there = lanes(capsThere(task, stands));
  const initCaps = v128.load_splat<u8>(task, TASK_INIT_CAPS);
  const deniedCaps = v128.load_splat<u8>(token, TOKEN_DENIED_CAPS);
  const cmds = v128.load_splat<u8>(token, TOKEN_CMDS);
  const attachs = v128.load64_zero(token, TOKEN_ATTACHS);
  const capable = capsWithin(there, initCaps, deniedCaps);
  const refused = v128.and(there, deniedCaps);
  for (let n: usize = 0; n < <usize>KINDS; n += 16) {
    const needs = v128.load(n, KIND_NEEDS);
    const end = v128.load(n, KIND_END);
    const flags = v128.load(n, KIND_FLAGS);
    const stop = stopsBeforeType(own, deniedCaps, cmds, v128.load(n, KIND_CMD_BITS), flags);
    const within = outcomes(capable, refused, needs, end, flags);
    const without = outcomes(initCaps, lanes(0), needs, end, flags);
    const permitted = stoppedBy(stop, within, without);
    const noType = stoppedBy(i8x16.max_u(stop, v128.load(n, KIND_STOP_TYPE)), within, without);
    const noAttach = stoppedBy(i8x16.max_u(stop, v128.load(n, KIND_STOP_ATTACH)), within, without);
    // Whether the token allows what attach type 0 means is known already.
    const meant = v128.load(n, KIND_MEANT);
    const isOwnAttach = i8x16.eq(meant, lanes(0));
    const isMeantAllowed = hasBit(attachs, i8x16.shr_u(meant, 3), meant);
    const ofMeant = v128.bitselect(permitted, noAttach, isMeantAllowed);
    v128.store(scratch + n, v128.bitselect(permitted, ofMeant, isOwnAttach), PERMITTED);
    v128.store(scratch + n, v128.bitselect(noAttach, ofMeant, isOwnAttach), WITHOUT_ATTACH);
    v128.store(scratch + n, noType, WITHOUT_TYPE);
  }
}

/** Verdicts by what stops a token: outcomes within it where nothing does, else without it. */
// @ts-ignore: decorator
@inline
function stoppedBy(stop: v128, within: v128, without: v128): v128 {
  return v128.or(v128.bitselect(within, without, i8x16.eq(stop, lanes(STOP_NONE))), dispositions(stop));
}
