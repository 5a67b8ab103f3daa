// The bitmask checker: what stops a token from counting for a request.

import {
  ASK_ATTACH_AT,
  ASK_ATTACH_BIT,
  ASK_CMD_BITS,
  ASK_FLAGS,
  ASK_TYPE_AT,
  ASK_TYPE_BIT,
  STOP_ATTACH,
  STOP_CMD,
  STOP_LSM,
  STOP_NOT_GIVEN,
  STOP_TYPE,
  STOP_USERNS,
  TOKEN_CMDS,
  TOKEN_DENIED_CAPS,
  TOKEN_GIVEN,
  WORLD_STOPS,
  WORLD_TOKENS,
} from '../src/engine/layout';
import { flag } from './flag';

/** 1 where a byte of a token lacks the bit; none lacks what is not asked. */
// @ts-ignore: decorator
@inline
function lacks(token: usize, at: u32, bit: u32): u32 {
  return flag((load<u8>(token + at, WORLD_TOKENS) & bit) != bit);
}

/**
 * bpf_token_allow_cmd(), then bpf_token_allow_map_type() or bpf_token_allow_prog_type(): all that stops a token, bit n - 1 for
 * STOP_* n; 0 where the token counts. `isOwn` is 1 where the caller is in the token's own user namespace, or need not be.
 */
// @ts-ignore: decorator
@inline
export function stopsOf(token: usize, isOwn: u32, ask: usize): u32 {
  const cmdBits: u32 = load<u8>(ask, ASK_CMD_BITS);
  const cmd = load<u8>(token, TOKEN_CMDS) & cmdBits;
  const isLookedAt = load<u8>(token, TOKEN_DENIED_CAPS) & load<u8>(ask, ASK_FLAGS) & TOKEN_GIVEN;
  return (
    (flag(!isLookedAt) << (STOP_NOT_GIVEN - 1)) |
    ((isOwn ^ 1) << (STOP_USERNS - 1)) |
    (flag(!cmd) << (STOP_CMD - 1)) |
    (flag(cmd != cmdBits) << (STOP_LSM - 1)) |
    (lacks(token, load<u8>(ask, ASK_TYPE_AT), load<u8>(ask, ASK_TYPE_BIT)) << (STOP_TYPE - 1)) |
    (lacks(token, load<u8>(ask, ASK_ATTACH_AT), load<u8>(ask, ASK_ATTACH_BIT)) << (STOP_ATTACH - 1))
  );
}

/** What is said of a token: the largest of its stops, where it stands in a verdict. */
// @ts-ignore: decorator
@inline
export function dispositionOf(stops: u32): u32 {
  return load<u8>(32 - clz<u32>(stops), WORLD_STOPS);
}
