// The bitmask checker: what is found of a token for a request, and what that makes of it.

import {
  FOUND_ATTACH,
  FOUND_OWN_USERNS,
  FOUND_TYPE,
  RULE_TOKEN_NEEDS_OWN_USERNS,
  STRAIGHT_ATTACH_MASK,
  STRAIGHT_FOUND,
  STRAIGHT_TYPE_BIT,
  STRAIGHT_TYPE_MASK,
  TASK_USERNS,
  TOKEN_USERNS,
  WORLD_DISPOSITIONS,
  WORLD_RULES,
} from '../src/engine/layout';

/** 1 where the bit is set, else 0. */
// @ts-ignore: decorator
@inline
export function bitOf(mask: u64, bit: u32): u32 {
  return <u32>(mask >> bit) & 1;
}

/** Whether the caller is where the token may be used at all. */
// @ts-ignore: decorator
@inline
export function usernsAllows(world: usize, task: usize, token: usize): bool {
  const own = load<u16>(task, TASK_USERNS) == load<u16>(token, TOKEN_USERNS);
  return <bool>(<u32>own | (~load<u32>(world, WORLD_RULES) & RULE_TOKEN_NEEDS_OWN_USERNS));
}

/**
 * The Disposition of a token: bpf_token_allow_cmd(), then bpf_token_allow_map_type() or bpf_token_allow_prog_type().
 * `given` is FOUND_GIVEN or 0, `allows` whether the caller's user namespace does. `row` is the command's and type's row of
 * the straight table, `attach` the attach type after the fix-up.
 */
// @ts-ignore: decorator
@inline
export function dispositionOf(world: usize, token: usize, given: u32, allows: bool, row: usize, attach: u32): u32 {
  const typeMask = load<u64>(token + <usize>load<u8>(row, STRAIGHT_TYPE_MASK));
  const attachMask = load<u64>(token + <usize>load<u8>(row, STRAIGHT_ATTACH_MASK));
  const found =
    given |
    (<u32>allows * FOUND_OWN_USERNS) |
    load<u8>(token + <usize>load<u8>(row, STRAIGHT_FOUND)) |
    (bitOf(typeMask, load<u8>(row, STRAIGHT_TYPE_BIT)) * FOUND_TYPE) |
    (bitOf(attachMask, attach) * FOUND_ATTACH);
  return load<u8>(world + found, WORLD_DISPOSITIONS);
}
