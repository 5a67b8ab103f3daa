// The bitmask checker: what is found of a token for a request, and what that makes of it.

import {
  FOUND_ATTACH,
  FOUND_OWN_USERNS,
  FOUND_TYPE,
  STRAIGHT_ATTACH_AND,
  STRAIGHT_ATTACH_MASK,
  STRAIGHT_FOUND,
  STRAIGHT_FOUND_AND,
  STRAIGHT_TYPE_BIT,
  STRAIGHT_TYPE_MASK,
  STRAIGHT_ZERO_MEANS,
  TASK_USERNS,
  TOKEN_USERNS,
  WORLD_DISPOSITIONS,
} from '../src/engine/layout';
import { flag } from './flag';

/** 1 where the bit is set, else 0. */
// @ts-ignore: decorator
@inline
export function bitOf(mask: u64, bit: u32): u32 {
  return <u32>(mask >> bit) & 1;
}

/** Whether the caller is in the token's own user namespace. */
// @ts-ignore: decorator
@inline
export function isOwnUserns(task: usize, token: usize): boolean {
  return load<u16>(task, TASK_USERNS) == load<u16>(token, TOKEN_USERNS);
}

/**
 * What is found of a token, FOUND_* bits: what it says of the command whatever the request, and the bits of the type and the
 * attach type. `isOwn` is isOwnUserns(); it changes nothing where no rule asks for it. `row` is the command's and type's row
 * of the straight table, `attach` the attach type after the fix-up.
 */
// @ts-ignore: decorator
@inline
export function foundOf(token: usize, isOwn: boolean, row: usize, attach: u32): u32 {
  const typeMask = load<u64>(token + <usize>load<u8>(row, STRAIGHT_TYPE_MASK));
  const attachMask = load<u64>(token + <usize>load<u8>(row, STRAIGHT_ATTACH_MASK));
  const found =
    <u32>load<u8>(token + <usize>load<u8>(row, STRAIGHT_FOUND)) |
    (flag(isOwn) * FOUND_OWN_USERNS) |
    (bitOf(typeMask, load<u8>(row, STRAIGHT_TYPE_BIT)) * FOUND_TYPE) |
    (bitOf(attachMask, attach) * FOUND_ATTACH);
  return found & load<u8>(row, STRAIGHT_FOUND_AND);
}

/** The attach type the kernel sees: 0 means another one for some program types; none where the command reads none. */
// @ts-ignore: decorator
@inline
export function fixupAttach(row: usize, attachGiven: u32): u32 {
  const zeroMeans: u32 = load<u8>(row, STRAIGHT_ZERO_MEANS);
  return (attachGiven | (zeroMeans & (0 - flag(attachGiven == 0)))) & load<u8>(row, STRAIGHT_ATTACH_AND);
}

/** bpf_token_allow_cmd(), then bpf_token_allow_map_type() or bpf_token_allow_prog_type(): the Disposition of what was found. */
// @ts-ignore: decorator
@inline
export function dispositionOf(found: u32): u32 {
  return load<u8>(found, WORLD_DISPOSITIONS);
}
