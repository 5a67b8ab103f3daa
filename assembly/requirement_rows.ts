// The requirement rows of sixteen requests: SIMD version of requirementOf() in decide_core.ts.

import {
  REQ_HIGH_OTHERS,
  CMD_MAP_CREATE,
  CMD_PROG_LOAD,
  LAST_TYPE,
} from '../src/abi/memory_layout';
import { splat } from './vector';

/** Sixteen commands or types; numbers past the tables become LAST_TYPE. */
// @ts-ignore: decorator
@inline
export function saturated(numbers: v128): v128 {
  return i8x16.min_u(numbers, splat(LAST_TYPE));
}

/** The high half of a row's number. */
// @ts-ignore: decorator
@inline
export function requirementHigh(cmd: v128, type: v128): v128 {
  const isMapCreate = i8x16.eq(cmd, splat(CMD_MAP_CREATE));
  // The half of MAP_CREATE is one less than that of the other commands, and true is -1.
  const others = i8x16.add(splat(REQ_HIGH_OTHERS), isMapCreate);
  return v128.bitselect(type, others, i8x16.eq(cmd, splat(CMD_PROG_LOAD)));
}

/** The low half of a row's number. */
// @ts-ignore: decorator
@inline
export function requirementLow(cmd: v128, type: v128, attach: v128): v128 {
  const others = v128.bitselect(type, cmd, i8x16.eq(cmd, splat(CMD_MAP_CREATE)));
  return v128.bitselect(attach, others, i8x16.eq(cmd, splat(CMD_PROG_LOAD)));
}

/** The numbers of the first eight rows, u16, from their halves. */
// @ts-ignore: decorator
@inline
export function firstRequirements(high: v128, low: v128): v128 {
  return i16x8.add(i16x8.shl(i16x8.extend_low_i8x16_u(high), 6), i16x8.extend_low_i8x16_u(low));
}

/** The numbers of the last eight rows. */
// @ts-ignore: decorator
@inline
export function lastRequirements(high: v128, low: v128): v128 {
  return i16x8.add(i16x8.shl(i16x8.extend_high_i8x16_u(high), 6), i16x8.extend_high_i8x16_u(low));
}
