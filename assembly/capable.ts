// The capability evaluator: cap_capable() and its callers, in time that does not depend on namespace depth.

import {
  CAPS_ALL,
  TASK_CAPS,
  TASK_INIT_CAPS,
  TASK_LEVEL,
  TASK_USERNS,
  TOKEN_DENIED_CAPS,
  TOKEN_LEVEL,
  TOKEN_USERNS_ROW,
  WORLD_FALLBACK_CAPS,
  WORLD_SELINUX,
  WORLD_USERNS,
} from '../src/abi/memory_layout';
import { toBit } from './branchless';
import { capsRefusedBySelinux, capsUnderSelinux } from './selinux';

/**
 * The relation of a task to a token's user namespace: the low half is 0 where the task's namespace is that namespace or an
 * ancestor of it, the high half is 0 where the task owns the next namespace from there towards the token's.
 */
// @ts-ignore: decorator
@inline
export function namespaceRelation(task: usize, token: usize): u32 {
  const there = load<u32>(<usize>load<u32>(token, TOKEN_USERNS_ROW) + load<u8>(task, TASK_LEVEL), WORLD_USERNS);
  return there ^ load<u32>(task, TASK_USERNS);
}

/** 1 where the task is in the token's own user namespace. */
// @ts-ignore: decorator
@inline
export function isOwnUserns(task: usize, token: usize, relation: u32): u32 {
  return toBit(!(relation & 0xffff)) & toBit(load<u8>(task, TASK_LEVEL) == load<u8>(token, TOKEN_LEVEL));
}

/** Which of the four capabilities a task has in the token's user namespace, as CAPS_* bits. */
// @ts-ignore: decorator
@inline
export function capsInTokenUserns(task: usize, relation: u32): u32 {
  const owned = <u32>load<u8>(task, TASK_CAPS) | ((0 - toBit(!(relation >> 16))) & CAPS_ALL);
  return owned & (0 - toBit(!(relation & 0xffff)));
}

/** `then` where `bit` is 1, `otherwise` where it is 0; by arithmetic, because engines compile wasm's select to branches. */
// @ts-ignore: decorator
@inline
export function selectBits(bit: u32, then: u32, otherwise: u32): u32 {
  return otherwise ^ ((then ^ otherwise) & (0 - bit));
}

/**
 * The answers of bpf_token_capable() for the four capabilities: CAPS_* granted and, four bits above them, CAPS_* that an LSM
 * refuses. `counts` is 1 where the token counts for the request, in v12 for the caller too; `hasStandardRules` as in
 * decideRow().
 */
// @ts-ignore: decorator
@inline
export function capableThrough(task: usize, token: usize, relation: u32, counts: u32, hasStandardRules: boolean): u32 {
  const initial: u32 = load<u8>(task, TASK_INIT_CAPS);
  let there = capsInTokenUserns(task, relation);
  if (hasStandardRules) return selectBits(counts, there, initial);
  let denied: u32 = load<u8>(token, TOKEN_DENIED_CAPS);
  if (load<u32>(WORLD_SELINUX)) {
    there = capsUnderSelinux(task, token, relation);
    denied |= capsRefusedBySelinux(task, token);
  }
  const refused = there & denied;
  const fallback = initial & ~there & load<u32>(WORLD_FALLBACK_CAPS);
  return selectBits(counts, (there & ~refused) | fallback | (refused << 4), initial);
}
