// A block of rows in two passes. The first goes row by row and gathers four bytes of each: what was found of the token,
// which capabilities the caller has, what is asked of it, and how the request ends. The second turns them into verdicts,
// sixteen at a step. Rows that are not straight are decided one by one afterwards.

import { Disposition, DISPOSITION_SHIFT, Outcome } from '../src/abi/verdict';
import {
  CAPS_ALL,
  CAPS_SYS_ADMIN,
  CMD_SIZE,
  CMD_STRAIGHT,
  END_FITS,
  FOUND_ATTACH,
  FOUND_MASKS_SHIFT,
  FOUND_TYPE,
  HAS_INSN_CNT,
  HAS_PRE,
  LAST_TYPE,
  NOT_STRAIGHT,
  NO_ID,
  OUTCOMES_OF_CAPABILITY,
  OUTCOMES_OF_UNPRIV_DISABLED,
  OUTCOMES_ROW,
  PLACE_ATTACH_TYPE,
  PLACE_CMD,
  PLACE_INSN_CNT,
  PLACE_OUT,
  PLACE_PRE,
  PLACE_SCRATCH,
  PLACE_TASK,
  PLACE_TOKEN,
  PLACE_TYPE,
  RULE_TOKEN_FALLS_BACK_TO_INIT,
  STRAIGHT_END,
  STRAIGHT_FITS,
  STRAIGHT_NEEDS_HIGH,
  STRAIGHT_SIZE,
  TASK_INIT_CAPS,
  TASK_SIZE,
  TOKEN_DENIED_CAPS,
  TOKEN_SIZE,
  TOKEN_USERNS_ROW,
  WORLD_BY_MASKS,
  WORLD_CMDS,
  WORLD_DISPOSITIONS,
  WORLD_OUTCOMES,
  WORLD_RULES,
  WORLD_STRAIGHT,
  WORLD_TASKS,
  WORLD_TASK_COUNT,
  WORLD_TOKENS,
  WORLD_TOKEN_COUNT,
} from '../src/engine/layout';
import { capsIn } from './capable';
import { decideHere, isPlainCount } from './decide';
import { bitOf, fixupAttach, foundOf, isOwnUserns } from './token';

/** Rows of a block. A block's scratch is four bytes a row, and two more for the numbers of rows that are not straight. */
export const BLOCK_ROWS: u32 = 1024;

// The scratch of a block, byte offsets.
const FOUND: usize = 0;
const CAPS: usize = 1024;
const ASKED: usize = 2048;
const END: usize = 3072;
const OTHERS: usize = 4096; // u16

/** Decides the rows of a place from `start` on, at most BLOCK_ROWS of them. */
export function decideBlock(place: usize, start: usize, rows: u32, has: u32): void {
  const scratch = place + PLACE_SCRATCH;
  const tasks = place + PLACE_TASK + (start << 1);
  const tokens = place + PLACE_TOKEN + (start << 1);
  const cmds = place + PLACE_CMD + start;
  const types = place + PLACE_TYPE + start;
  const attachs = place + PLACE_ATTACH_TYPE + start;
  const insnCnts = place + PLACE_INSN_CNT + (start << 2);
  const pres = place + PLACE_PRE + start;
  const hasInsnCnt = (has & HAS_INSN_CNT) != 0;
  const hasPre = (has & HAS_PRE) != 0;
  const out = place + PLACE_OUT + start;
  const taskCount = load<u32>(WORLD_TASK_COUNT);
  const tokenCount = load<u32>(WORLD_TOKEN_COUNT);
  let others: u32 = 0;
  for (let i: usize = 0; i < rows; ++i) {
    const taskId: u32 = load<u16>(tasks + (i << 1));
    const tokenId: u32 = load<u16>(tokens + (i << 1));
    const straight = load<u32>(WORLD_CMDS + <usize>load<u8>(cmds + i) * CMD_SIZE, CMD_STRAIGHT);
    const isStraight =
      straight != NOT_STRAIGHT &&
      taskId < taskCount &&
      (tokenId < tokenCount || tokenId == NO_ID) &&
      !(hasPre && load<u8>(pres + i)) &&
      (!hasInsnCnt || isPlainCount(load<u32>(insnCnts + (i << 2))));
    if (!isStraight) {
      store<u16>(scratch + OTHERS + (<usize>others << 1), <u16>i);
      others += 1;
      continue;
    }
    const task = WORLD_TASKS + taskId * TASK_SIZE;
    const token = WORLD_TOKENS + min<u32>(tokenId, tokenCount) * TOKEN_SIZE;
    const row = WORLD_STRAIGHT + straight + <usize>load<u8>(types + i) * STRAIGHT_SIZE;
    const attach = fixupAttach(row, min<u32>(load<u8>(attachs + i), LAST_TYPE));
    const found = foundOf(token, isOwnUserns(task, token), row, attach);
    const caps = capsIn(task, load<u32>(token, TOKEN_USERNS_ROW)) | (<u32>load<u8>(task, TASK_INIT_CAPS) << 4);
    const asked = <u32>load<u8>(token, TOKEN_DENIED_CAPS) | load<u8>(row, STRAIGHT_NEEDS_HIGH);
    const end = <u32>load<u8>(row, STRAIGHT_END) | (bitOf(load<u64>(row, STRAIGHT_FITS), attach) * END_FITS);
    store<u8>(scratch + i, <u8>found, FOUND);
    store<u8>(scratch + i, <u8>caps, CAPS);
    store<u8>(scratch + i, <u8>asked, ASKED);
    store<u8>(scratch + i, <u8>end, END);
  }
  for (let i: usize = 0; i < rows; i += 16) v128.store(out + i, verdicts(scratch + i));
  for (let n: u32 = 0; n < others; ++n) {
    const i = <usize>load<u16>(scratch + OTHERS + (<usize>n << 1));
    const answer = decideHere(
      load<u16>(tasks + (i << 1)),
      load<u16>(tokens + (i << 1)),
      load<u8>(cmds + i),
      load<u8>(types + i),
      load<u8>(attachs + i),
      hasInsnCnt ? load<u32>(insnCnts + (i << 2)) : 1,
      hasPre ? <u32>load<u8>(pres + i) : 0,
    );
    store<u8>(out + i, <u8>answer);
  }
}

/** CAP_SYS_ADMIN stands in for the others, in every lane: CAPS_* bits, at most CAPS_ALL. */
// @ts-ignore: decorator
@inline
function withSysAdminLanes(caps: v128): v128 {
  const admin = i8x16.eq(v128.and(caps, i8x16.splat(<i8>CAPS_SYS_ADMIN)), i8x16.splat(<i8>CAPS_SYS_ADMIN));
  return v128.or(caps, v128.and(admin, i8x16.splat(<i8>CAPS_ALL)));
}

/** Sixteen verdicts from what was gathered. The same rules as judge() in decide.ts, lane by lane. */
// @ts-ignore: decorator
@inline
function verdicts(gathered: usize): v128 {
  const low = i8x16.splat(15);
  const found = v128.load(gathered, FOUND);
  const caps = v128.load(gathered, CAPS);
  const asked = v128.load(gathered, ASKED);
  const end = v128.load(gathered, END);

  // What is said of the token for masks that permit, and of the masks for a token in order.
  const byToken = i8x16.swizzle(v128.load(WORLD_DISPOSITIONS + FOUND_TYPE + FOUND_ATTACH), v128.and(found, low));
  const byMasks = i8x16.swizzle(v128.load(WORLD_BY_MASKS), i8x16.shr_u(found, FOUND_MASKS_SHIFT));
  const used = i8x16.splat(<i8>Disposition.USED);
  const disposition = v128.bitselect(byMasks, byToken, i8x16.eq(byToken, used));
  const counts = i8x16.eq(disposition, used);

  const there = withSysAdminLanes(v128.and(caps, low));
  const initial = withSysAdminLanes(i8x16.shr_u(caps, 4));
  const refused = v128.and(v128.and(there, asked), counts);
  const fallsBack = load<u32>(WORLD_RULES) & RULE_TOKEN_FALLS_BACK_TO_INIT ? i8x16.splat(-1) : i8x16.splat(0);
  const fallback = v128.and(v128.andnot(initial, there), fallsBack);
  const granted = v128.or(v128.andnot(there, refused), fallback);
  const capable = v128.bitselect(granted, initial, counts);

  const needs = i8x16.shr_u(asked, 4);
  const missing = v128.andnot(needs, capable);
  const zero = i8x16.splat(0);
  const first = v128.and(missing, i8x16.sub(zero, missing));
  const lsm = i8x16.ne(v128.and(refused, first), zero);
  const bySysctl = i8x16.swizzle(v128.load(WORLD_OUTCOMES + OUTCOMES_OF_UNPRIV_DISABLED * OUTCOMES_ROW), missing);
  const byCapability = i8x16.swizzle(v128.load(WORLD_OUTCOMES + OUTCOMES_OF_CAPABILITY * OUTCOMES_ROW), missing);
  const reason = v128.bitselect(bySysctl, byCapability, i8x16.shr_s(i8x16.shl(end, 1), 7));
  const refusal = v128.bitselect(i8x16.splat(<i8>Outcome.LSM_REFUSED_CAPABLE), reason, lsm);

  const ends = v128.and(end, i8x16.splat(31));
  const final = v128.bitselect(ends, i8x16.splat(<i8>Outcome.ATTACH_TYPE_MISFIT), i8x16.shr_s(end, 7));
  const outcome = v128.bitselect(final, refusal, i8x16.eq(missing, zero));
  return v128.or(outcome, i8x16.shl(disposition, DISPOSITION_SHIFT));
}
