// Runs too short for a table. Requirement rows come in few classes: the verdict of each class is computed once per run, for
// types that the token allows and for types that it does not; the token's masks select one.

import {
  REQ_BY_COMMAND_CLASS,
  CMD_PROG_LOAD,
  CLASS_CMD_BITS,
  CLASS_OUTCOME_IF_CAPABLE,
  CLASS_FLAGS,
  CLASS_EFFECTIVE_ATTACH_TYPE,
  CLASS_NEEDS,
  CLASS_DROP_REASON_ATTACH,
  CLASS_DROP_REASON_TYPE,
  REQUIREMENT_CLASSES,
  OTHER_CLASSES,
  WORKSPACE_SCRATCH,
  DROP_REASON_NONE,
  TASK_INIT_CAPS,
  TASK_SIZE,
  TOKEN_ATTACHS,
  TOKEN_CMDS,
  TOKEN_DENIED_CAPS,
  TOKEN_MAPS,
  TOKEN_SIZE,
  WORLD_FALLBACK_CAPS,
  WORLD_CLASS_OUTCOMES,
  WORLD_REQUIREMENT_CLASSES,
} from '../src/abi/memory_layout';
import { saturated } from './requirement_rows';
import { BLOCK_ROWS } from './block';
import { capsInTokenUserns, isOwnUserns, namespaceRelation } from './capable';
import { dispositions, outcomes, dropReasonsBeforeType } from './decide_vector';
import { hasAll, hasBits, splat } from './vector';
import { mayHaveFaults, NO_VERDICT } from './slow_rows';
import { attachTypeAt, cmdAt, principalKeyOf, outAt, typeAt } from './row_addresses';
import { REQUIREMENTS, decideSlowRowsOf, stepAt, writeRequirements } from './run_segment';

// In the scratch, past REQUIREMENTS. A byte for each class:
const PERMITTED: usize = 9728; // the verdict where the token allows type and attach type
const WITHOUT_TYPE: usize = 9760; // the verdict where it does not allow the type
const WITHOUT_ATTACH: usize = 9792; // the verdict where it allows the type and not the attach type
// For each row of a segment:
const CLASS_OF: usize = 9856; // u8, its class

/** Decides the rows of a run from `first` to before `end`, at least sixteen, whose ids exist. */
export function decideShortRun(workspace: usize, first: usize, end: usize): void {
  const scratch = workspace + WORKSPACE_SCRATCH;
  const principal = principalKeyOf(workspace, first);
  const task: usize = (principal & 0xffff) * TASK_SIZE;
  const token: usize = (principal >> 16) * TOKEN_SIZE;
  // Loaded early, so that the value has arrived when it is needed.
  const relation = namespaceRelation(task, token);
  for (let row = first; row < end; row += BLOCK_ROWS) {
    const stop = min<usize>(row + BLOCK_ROWS, end);
    const start = min<usize>(row, stop - 16);
    writeRequirements(workspace, scratch, start, stop);
    writeClassesOf(scratch, start, stop);
    if (row == first) writeClasses(scratch, task, token, relation);
    decideSegment(workspace, scratch, start, stop, token);
  }
}

/** Writes the classes of the rows from `first` to before `end`, at most a block, to CLASS_OF, from REQUIREMENTS. */
// @ts-ignore: decorator
@inline
function writeClassesOf(scratch: usize, first: usize, end: usize): void {
  for (let i: usize = 0; i < end - first; i += 16) {
    const requirements = scratch + (i << 1);
    v128.store(scratch + i, v128.shuffle<i64>(eightClasses(requirements), eightClasses(requirements + 16), 0, 2), CLASS_OF);
  }
}

/** Lane by lane, like a run's table; from a fixed address, which needs no addition. */
// @ts-ignore: decorator
@inline
function eightClasses(requirements: usize): v128 {
  let kinds = i64x2(0, 0);
  kinds = v128.load_lane<u8>(load<u16>(requirements, REQUIREMENTS), kinds, 0, WORLD_REQUIREMENT_CLASSES);
  kinds = v128.load_lane<u8>(load<u16>(requirements, REQUIREMENTS + 2), kinds, 1, WORLD_REQUIREMENT_CLASSES);
  kinds = v128.load_lane<u8>(load<u16>(requirements, REQUIREMENTS + 4), kinds, 2, WORLD_REQUIREMENT_CLASSES);
  kinds = v128.load_lane<u8>(load<u16>(requirements, REQUIREMENTS + 6), kinds, 3, WORLD_REQUIREMENT_CLASSES);
  kinds = v128.load_lane<u8>(load<u16>(requirements, REQUIREMENTS + 8), kinds, 4, WORLD_REQUIREMENT_CLASSES);
  kinds = v128.load_lane<u8>(load<u16>(requirements, REQUIREMENTS + 10), kinds, 5, WORLD_REQUIREMENT_CLASSES);
  kinds = v128.load_lane<u8>(load<u16>(requirements, REQUIREMENTS + 12), kinds, 6, WORLD_REQUIREMENT_CLASSES);
  return v128.load_lane<u8>(load<u16>(requirements, REQUIREMENTS + 14), kinds, 7, WORLD_REQUIREMENT_CLASSES);
}

/** Decides the same rows by CLASS_OF. The tables are loaded before the loop, which keeps them in registers. */
// @ts-ignore: decorator
@inline
function decideSegment(workspace: usize, scratch: usize, first: usize, end: usize, token: usize): void {
  const cmds = cmdAt(workspace, 0);
  const types = typeAt(workspace, 0);
  const attachs = attachTypeAt(workspace, 0);
  const out = outAt(workspace, 0);
  // The masks of map types and program types are adjacent.
  const typeMasks = v128.load(token, TOKEN_MAPS);
  const attachMask = v128.load64_zero(token, TOKEN_ATTACHS);
  const programPermitted = v128.load(scratch, PERMITTED);
  const programWithoutType = v128.load(scratch, WITHOUT_TYPE);
  const programWithoutAttach = v128.load(scratch, WITHOUT_ATTACH);
  const otherPermitted = v128.load(scratch, PERMITTED + OTHER_CLASSES);
  const otherWithoutType = v128.load(scratch, WITHOUT_TYPE + OTHER_CLASSES);
  let slow = splat(mayHaveFaults(workspace) ? 1 : 0);
  for (let row = first; row < end; row += 16) {
    const at = stepAt(row, end);
    const isProgLoad = i8x16.eq(v128.load(cmds + at), splat(CMD_PROG_LOAD));
    const hasType = hasBits(typeMasks, saturated(v128.load(types + at)), v128.and(splat(8), isProgLoad));
    const hasAttach = hasBits(attachMask, saturated(v128.load(attachs + at)), splat(0));
    // A lane past a vector's end is 0: one of the two halves has the class.
    const program = v128.load(scratch + (row - first), CLASS_OF);
    const other = i8x16.sub(program, splat(OTHER_CLASSES));
    const ofProgram = v128.bitselect(
      i8x16.swizzle(programPermitted, program),
      i8x16.swizzle(programWithoutAttach, program),
      hasAttach,
    );
    const withType = v128.or(ofProgram, i8x16.swizzle(otherPermitted, other));
    const withoutType = v128.or(i8x16.swizzle(programWithoutType, program), i8x16.swizzle(otherWithoutType, other));
    const decided = v128.bitselect(withType, withoutType, hasType);
    v128.store(out + at, decided);
    slow = v128.or(slow, i8x16.eq(decided, splat(NO_VERDICT)));
  }
  if (v128.any_true(slow)) decideSlowRowsOf(workspace, first, end);
}

/** Computes the verdicts of all classes for a task and a token. */
// @ts-ignore: decorator
@inline
function writeClasses(scratch: usize, task: usize, token: usize, relation: u32): void {
  const initCaps: u32 = load<u8>(task, TASK_INIT_CAPS);
  const deniedCaps: u32 = load<u8>(token, TOKEN_DENIED_CAPS);
  const there = capsInTokenUserns(task, relation);
  const capable = (there & ~deniedCaps) | (initCaps & ~there & load<u32>(WORLD_FALLBACK_CAPS));
  const own = splat(0 - isOwnUserns(task, token, relation));
  const cmds = v128.load_splat<u8>(token, TOKEN_CMDS);
  const refused = there & deniedCaps;
  writeProgramClasses(scratch, own, cmds, v128.load64_zero(token, TOKEN_ATTACHS), initCaps, deniedCaps, capable, refused);
  writeOtherClasses(scratch, own, cmds, initCaps, deniedCaps, capable, refused);
}

/** The classes of PROG_LOAD. */
// @ts-ignore: decorator
@inline
function writeProgramClasses(
  scratch: usize,
  own: v128,
  cmds: v128,
  attachs: v128,
  initCaps: u32,
  deniedCaps: u32,
  capable: u32,
  refused: u32,
): void {
  const reason = dropReasons(0, own, splat(deniedCaps), cmds);
  const within = outcomesWithin(0, capable, refused);
  const without = outcomesWithout(0, initCaps);
  const permitted = byDropReason(reason, within, without);
  const noAttach = byDropReason(i8x16.max_u(reason, v128.load(CLASS_DROP_REASON_ATTACH)), within, without);
  // Whether the token allows the attach type that 0 stands for does not depend on the row.
  const effective = v128.load(CLASS_EFFECTIVE_ATTACH_TYPE);
  const isOwnAttach = i8x16.eq(effective, splat(0));
  const ofMeant = v128.bitselect(permitted, noAttach, hasBits(attachs, effective, splat(0)));
  v128.store(scratch, v128.bitselect(permitted, ofMeant, isOwnAttach), PERMITTED);
  v128.store(scratch, v128.bitselect(noAttach, ofMeant, isOwnAttach), WITHOUT_ATTACH);
  v128.store(scratch, byDropReason(i8x16.max_u(reason, v128.load(CLASS_DROP_REASON_TYPE)), within, without), WITHOUT_TYPE);
}

/** The classes of the other commands: none depends on an attach type, and some have REQ_BY_COMMAND_CLASS. */
// @ts-ignore: decorator
@inline
function writeOtherClasses(
  scratch: usize,
  own: v128,
  cmds: v128,
  initCaps: u32,
  deniedCaps: u32,
  capable: u32,
  refused: u32,
): void {
  const reason = dropReasons(OTHER_CLASSES, own, splat(deniedCaps), cmds);
  const within = outcomesWithin(OTHER_CLASSES, capable, refused);
  const without = outcomesWithout(OTHER_CLASSES, initCaps);
  const noType = i8x16.max_u(reason, v128.load(OTHER_CLASSES, CLASS_DROP_REASON_TYPE));
  const slow = hasAll(v128.load(OTHER_CLASSES, CLASS_FLAGS), splat(REQ_BY_COMMAND_CLASS));
  v128.store(scratch, v128.or(byDropReason(reason, within, without), slow), PERMITTED + OTHER_CLASSES);
  v128.store(scratch, v128.or(byDropReason(noType, within, without), slow), WITHOUT_TYPE + OTHER_CLASSES);
}

/** The drop reasons of sixteen classes from the nth on, without those of types. */
// @ts-ignore: decorator
@inline
function dropReasons(n: usize, own: v128, deniedCaps: v128, cmds: v128): v128 {
  return dropReasonsBeforeType(own, deniedCaps, cmds, v128.load(n, CLASS_CMD_BITS), v128.load(n, CLASS_FLAGS));
}

/** Outcomes of sixteen classes where the token counts. */
// @ts-ignore: decorator
@inline
function outcomesWithin(n: usize, capable: u32, refused: u32): v128 {
  if (!refused) return outcomesWithout(n, capable);
  const needs = v128.load(n, CLASS_NEEDS);
  return outcomes(splat(capable), splat(refused), needs, v128.load(n, CLASS_OUTCOME_IF_CAPABLE), v128.load(n, CLASS_FLAGS));
}

/** Outcomes of sixteen classes where the token does not count. */
// @ts-ignore: decorator
@inline
function outcomesWithout(n: usize, caps: u32): v128 {
  return v128.load(<usize>caps * REQUIREMENT_CLASSES + n, WORLD_CLASS_OUTCOMES);
}

/** Verdicts by drop reason: the outcome with the token where there is no reason, else the outcome without it. */
// @ts-ignore: decorator
@inline
function byDropReason(reason: v128, within: v128, without: v128): v128 {
  return v128.or(v128.bitselect(within, without, i8x16.eq(reason, splat(DROP_REASON_NONE))), dispositions(reason));
}
