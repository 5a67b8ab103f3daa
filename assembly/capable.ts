// The capability evaluator: cap_capable() and what stands on it, in time that does not depend on namespace depth.

import {
  CAPS_ALL,
  CAPS_SYS_ADMIN,
  RULE_TOKEN_FALLS_BACK_TO_INIT,
  TASK_CAPS,
  TASK_EUID,
  TASK_INIT_CAPS,
  TASK_LEVEL,
  TASK_USERNS,
  TOKEN_DENIED_CAPS,
  TOKEN_USERNS_ROW,
  WORLD_RULES,
} from '../src/engine/layout';
import { flag } from './flag';

/**
 * Which of the four capabilities a task has in a user namespace, as CAPS_* bits: none unless the namespace's ancestor at
 * the task's level is the task's own, and every one if the task owns the ancestor one level further down.
 */
// @ts-ignore: decorator
@inline
export function capsIn(task: usize, usernsRow: usize): u32 {
  const pair = load<u32>(usernsRow + <usize>load<u8>(task, TASK_LEVEL));
  const caps: u32 = load<u8>(task, TASK_CAPS);
  const owned = caps | ((0 - flag(pair >> 16 == load<u16>(task, TASK_EUID))) & CAPS_ALL);
  return owned & (0 - flag((pair & 0xffff) == load<u16>(task, TASK_USERNS)));
}

/** `then` where `bit` is 1, `otherwise` where it is 0; by arithmetic, as engines make branches of wasm's select. */
// @ts-ignore: decorator
@inline
export function pick(bit: u32, then: u32, otherwise: u32): u32 {
  return otherwise ^ ((then ^ otherwise) & (0 - bit));
}

/** CAP_SYS_ADMIN stands in for the others. */
// @ts-ignore: decorator
@inline
export function withSysAdmin(caps: u32): u32 {
  return caps | ((0 - (caps >> 3)) & CAPS_ALL);
}

/**
 * What bpf_token_capable() would answer for each of the four capabilities: CAPS_* granted, and four bits above them those
 * an LSM refuses. `counts` is whether the token counts for the request, in v12 for the caller too.
 */
// @ts-ignore: decorator
@inline
export function capableThrough(task: usize, token: usize, counts: boolean): u32 {
  const initial = withSysAdmin(load<u8>(task, TASK_INIT_CAPS));
  const there = withSysAdmin(capsIn(task, load<u32>(token, TOKEN_USERNS_ROW)));
  const refused = there & load<u8>(token, TOKEN_DENIED_CAPS);
  const fallsBack = flag((load<u32>(WORLD_RULES) & RULE_TOKEN_FALLS_BACK_TO_INIT) != 0);
  const fallback = initial & ~there & (0 - fallsBack);
  return pick(flag(counts), (there & ~refused) | fallback | (refused << 4), initial);
}
