// The capability evaluator: cap_capable() and what stands on it, in time that does not depend on namespace depth.

import {
  CAPS_ALL,
  CAPS_SYS_ADMIN,
  HEADER_RULES,
  HEADER_USERNS,
  HEADER_USERNS_SIZE,
  RULE_TOKEN_FALLS_BACK_TO_INIT,
  TASK_CAPS,
  TASK_EUID,
  TASK_INIT_CAPS,
  TASK_LEVEL,
  TASK_USERNS,
  TOKEN_DENIED_CAPS,
  TOKEN_USERNS,
  USERNS_LEVEL_SIZE,
} from '../src/engine/layout';

/**
 * Which of the four capabilities a task has in a user namespace, as CAPS_* bits: none unless the namespace's ancestor at
 * the task's level is the task's own, and every one if the task owns the ancestor one level further down.
 */
function capsIn(world: usize, task: usize, userns: u32): u32 {
  const row = <usize>load<u32>(world, HEADER_USERNS) + userns * load<u32>(world, HEADER_USERNS_SIZE);
  const pair = load<u32>(row + <usize>load<u8>(task, TASK_LEVEL) * USERNS_LEVEL_SIZE);
  const caps: u32 = load<u8>(task, TASK_CAPS);
  const owned = select<u32>(CAPS_ALL, caps, pair >> 16 == load<u16>(task, TASK_EUID));
  return select<u32>(owned, 0, (pair & 0xffff) == load<u16>(task, TASK_USERNS));
}

/** CAP_SYS_ADMIN stands in for the others. */
export function withSysAdmin(caps: u32): u32 {
  return select<u32>(CAPS_ALL, caps, caps & CAPS_SYS_ADMIN);
}

/**
 * What bpf_token_capable() would answer for each of the four capabilities: CAPS_* granted, and four bits above them those
 * an LSM refuses. `counts` is whether the token counts for the request, in v12 for the caller too.
 */
export function capableThrough(world: usize, task: usize, token: usize, counts: bool): u32 {
  const initial = withSysAdmin(load<u8>(task, TASK_INIT_CAPS));
  const there = withSysAdmin(capsIn(world, task, load<u16>(token, TOKEN_USERNS)));
  const refused = there & load<u8>(token, TOKEN_DENIED_CAPS);
  const fallback = select<u32>(initial & ~there, 0, load<u32>(world, HEADER_RULES) & RULE_TOKEN_FALLS_BACK_TO_INIT);
  return select<u32>((there & ~refused) | fallback | (refused << 4), initial, counts);
}
