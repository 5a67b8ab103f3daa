// SIMD version of decideRow(): sixteen requests at a time.

import { Outcome } from '../src/abi/verdict';
import {
  REQ_ANY_USERNS,
  REQ_UNPRIV_DISABLED,
  OUTCOMES_OF_CAPABILITY,
  OUTCOMES_OF_UNPRIV_DISABLED,
  DROP_REASON_ATTACH,
  DROP_REASON_CMD,
  DROP_REASON_LSM,
  DROP_REASON_NONE,
  DROP_REASON_NOT_GIVEN,
  DROP_REASON_TYPE,
  DROP_REASON_USERNS,
  TOKEN_GIVEN,
  WORLD_FALLBACK_CAPS,
  WORLD_OUTCOMES,
  WORLD_DROP_REASONS,
} from '../src/abi/memory_layout';
import { hasAll, splat } from './vector';

/**
 * Sixteen verdicts: dropReasons(), capableThrough() and decideRow() of token.ts, capable.ts and decide.ts, lane by lane. Of the
 * caller: `own`, lanes of 255 where it is in the token's own user namespace; `there`, its capabilities in that (CAPS_* in
 * the low half), and `initCaps`, in the initial one. Of the token: fields of its row, and its bytes with the bits of type
 * and attach type. Of the request: fields of its row of the requirement table.
 */
// @ts-ignore: decorator
@inline
export function decide16(
  own: v128,
  there: v128,
  initCaps: v128,
  deniedCaps: v128,
  cmds: v128,
  typeByte: v128,
  attachByte: v128,
  typeBit: v128,
  attachBit: v128,
  cmdBits: v128,
  needs: v128,
  end: v128,
  flags: v128,
): v128 {
  let reason = dropReasonsBeforeType(own, deniedCaps, cmds, cmdBits, flags);
  reason = i8x16.max_u(reason, v128.andnot(splat(DROP_REASON_ATTACH), hasAll(attachByte, attachBit)));
  reason = i8x16.max_u(reason, v128.andnot(splat(DROP_REASON_TYPE), hasAll(typeByte, typeBit)));
  const counts = i8x16.eq(reason, splat(DROP_REASON_NONE));
  const refused = v128.and(v128.and(there, deniedCaps), counts);
  const capable = v128.bitselect(capsWithin(there, initCaps, deniedCaps), initCaps, counts);
  return v128.or(outcomes(capable, refused, needs, end, flags), dispositions(reason));
}

/** dropReasons() without its checks of types. */
// @ts-ignore: decorator
@inline
export function dropReasonsBeforeType(own: v128, deniedCaps: v128, cmds: v128, cmdBits: v128, flags: v128): v128 {
  const isLookedAt = hasAll(v128.and(deniedCaps, flags), splat(TOKEN_GIVEN));
  const isOwn = v128.or(own, hasAll(flags, splat(REQ_ANY_USERNS)));
  let reason = v128.andnot(splat(DROP_REASON_LSM), hasAll(cmds, cmdBits));
  reason = i8x16.max_u(reason, v128.and(splat(DROP_REASON_CMD), i8x16.eq(v128.and(cmds, cmdBits), splat(0))));
  reason = i8x16.max_u(reason, v128.andnot(splat(DROP_REASON_USERNS), isOwn));
  return i8x16.max_u(reason, v128.andnot(splat(DROP_REASON_NOT_GIVEN), isLookedAt));
}

/** The capabilities that capableThrough() grants where the token counts. */
// @ts-ignore: decorator
@inline
function capsWithin(there: v128, initCaps: v128, deniedCaps: v128): v128 {
  const fallback = v128.and(v128.andnot(initCaps, there), v128.load_splat<u8>(WORLD_FALLBACK_CAPS));
  return v128.or(v128.andnot(there, deniedCaps), fallback);
}

/** The outcomes of decideRow() for callers with the capabilities `capable`; an LSM refused `refused`. */
// @ts-ignore: decorator
@inline
export function outcomes(capable: v128, refused: v128, needs: v128, end: v128, flags: v128): v128 {
  const zero = splat(0);
  const missing = v128.andnot(needs, capable);
  const first = v128.and(missing, i8x16.sub(zero, missing));
  const isLsm = i8x16.ne(v128.and(refused, first), zero);
  const bySysctl = i8x16.swizzle(v128.load(WORLD_OUTCOMES + OUTCOMES_OF_UNPRIV_DISABLED), missing);
  const byCapability = i8x16.swizzle(v128.load(WORLD_OUTCOMES + OUTCOMES_OF_CAPABILITY), missing);
  const reason = v128.bitselect(bySysctl, byCapability, hasAll(flags, splat(REQ_UNPRIV_DISABLED)));
  const refusal = v128.bitselect(splat(Outcome.LSM_REFUSED_CAPABLE), reason, isLsm);
  return v128.bitselect(end, refusal, i8x16.eq(missing, zero));
}

/** dispositionOf() */
// @ts-ignore: decorator
@inline
export function dispositions(reason: v128): v128 {
  return i8x16.swizzle(v128.load(WORLD_DROP_REASONS), reason);
}
