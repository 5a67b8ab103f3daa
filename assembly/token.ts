// The bitmask checker: why a token does not count for a request.

import {
  REQ_ATTACH_AT,
  REQ_ATTACH_BIT,
  REQ_CMD_BITS,
  REQ_FLAGS,
  REQ_TYPE_AT,
  REQ_TYPE_BIT,
  DROP_REASON_ATTACH,
  DROP_REASON_CMD,
  DROP_REASON_LSM,
  DROP_REASON_NOT_GIVEN,
  DROP_REASON_TYPE,
  DROP_REASON_USERNS,
  TOKEN_CMDS,
  TOKEN_DENIED_CAPS,
  TOKEN_GIVEN,
  WORLD_DROP_REASONS,
  WORLD_TOKENS,
} from '../src/abi/memory_layout';
import { toBit } from './branchless';

/** 1 where a byte of a token lacks the bit; 0 where `bit` is 0. */
// @ts-ignore: decorator
@inline
function lacks(token: usize, at: u32, bit: u32): u32 {
  return toBit((load<u8>(token + at, WORLD_TOKENS) & bit) != bit);
}

/**
 * bpf_token_allow_cmd(), then bpf_token_allow_map_type() or bpf_token_allow_prog_type(): all reasons to drop a token, bit n - 1
 * for DROP_REASON_* n; 0 where the token counts. `isOwn` is 1 where the caller is in the token's user namespace or need not be.
 */
// @ts-ignore: decorator
@inline
export function dropReasons(token: usize, isOwn: u32, requirement: usize): u32 {
  const cmdBits: u32 = load<u8>(requirement, REQ_CMD_BITS);
  const cmd = load<u8>(token, TOKEN_CMDS) & cmdBits;
  const isLookedAt = load<u8>(token, TOKEN_DENIED_CAPS) & load<u8>(requirement, REQ_FLAGS) & TOKEN_GIVEN;
  return (
    (toBit(!isLookedAt) << (DROP_REASON_NOT_GIVEN - 1)) |
    ((isOwn ^ 1) << (DROP_REASON_USERNS - 1)) |
    (toBit(!cmd) << (DROP_REASON_CMD - 1)) |
    (toBit(cmd != cmdBits) << (DROP_REASON_LSM - 1)) |
    (lacks(token, load<u8>(requirement, REQ_TYPE_AT), load<u8>(requirement, REQ_TYPE_BIT)) << (DROP_REASON_TYPE - 1)) |
    (lacks(token, load<u8>(requirement, REQ_ATTACH_AT), load<u8>(requirement, REQ_ATTACH_BIT)) << (DROP_REASON_ATTACH - 1))
  );
}

/** The disposition for the largest of the drop reasons, at its bits in a verdict. */
// @ts-ignore: decorator
@inline
export function dispositionOf(reasons: u32): u32 {
  return load<u8>(32 - clz<u32>(reasons), WORLD_DROP_REASONS);
}
