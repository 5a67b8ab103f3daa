// The capability evaluator: cap_capable() and what stands on it, in time that does not depend on namespace depth.

import { Outcome } from '../src/abi/verdict';
import {
  CAPS_ALL,
  CAPS_BPF,
  CAPS_NET_ADMIN,
  CAPS_PERFMON,
  CAPS_SYS_ADMIN,
  HEADER_RULES,
  HEADER_USERNS,
  RULE_TOKEN_FALLS_BACK_TO_INIT,
  RULE_TOKEN_NEEDS_OWN_USERNS,
  TASK_CAPS,
  TASK_EUID,
  TASK_INIT_CAPS,
  TASK_LEVEL,
  TASK_USERNS,
  TOKEN_DENIED_CAPS,
  TOKEN_USERNS,
  USERNS_OWNER,
  USERNS_SIZE,
} from '../src/engine/layout';

/** Which of the four capabilities a task has in a user namespace, as CAPS_* bits. */
function capsIn(world: usize, task: usize, userns: u32): u32 {
  const own: u32 = load<u16>(task, TASK_USERNS);
  const caps: u32 = load<u8>(task, TASK_CAPS);
  if (own == userns) return caps;
  const row = (<usize>load<u32>(world, HEADER_USERNS)) + userns * USERNS_SIZE;
  const atOwnLevel = row + ((<usize>load<u8>(task, TASK_LEVEL)) << 1);
  // Not below the caller: capabilities never count upwards or sideways.
  if (load<u16>(atOwnLevel) != own) return 0;
  // The caller's child on the way down: its owner has every capability from there on.
  const child = (<usize>load<u32>(world, HEADER_USERNS)) + (<usize>load<u16>(atOwnLevel, 2)) * USERNS_SIZE;
  return load<u32>(child, USERNS_OWNER) == load<u32>(task, TASK_EUID) ? CAPS_ALL : caps;
}

/** CAP_SYS_ADMIN stands in for the others. */
export function withSysAdmin(caps: u32): u32 {
  return caps & CAPS_SYS_ADMIN ? CAPS_ALL : caps;
}

/** What bpf_token_capable() would answer for each of the four capabilities: CAPS_* granted, and above them those an LSM refuses. */
export function capableThrough(world: usize, task: usize, token: usize): u32 {
  const initial = withSysAdmin(load<u8>(task, TASK_INIT_CAPS));
  if (!token) return initial;
  const rules = load<u32>(world, HEADER_RULES);
  const userns: u32 = load<u16>(token, TOKEN_USERNS);
  let there: u32 = 0;
  if (!(rules & RULE_TOKEN_NEEDS_OWN_USERNS) || load<u16>(task, TASK_USERNS) == userns) {
    there = withSysAdmin(capsIn(world, task, userns));
  }
  const refused = there & load<u8>(token, TOKEN_DENIED_CAPS);
  const fallback = rules & RULE_TOKEN_FALLS_BACK_TO_INIT ? initial & ~there : 0;
  return ((there & ~refused) | fallback) | (refused << 4);
}

/** The reason why a capability that was asked for is not granted. */
export function refusal(capable: u32, cap: u32, missing: u32): u32 {
  return (capable >> 4) & cap ? Outcome.LSM_REFUSED_CAPABLE : missing;
}

/** The reason that goes with a missing capability. */
export function missingCapability(cap: u32): u32 {
  if (cap == CAPS_BPF) return Outcome.CAP_BPF_MISSING;
  if (cap == CAPS_NET_ADMIN) return Outcome.CAP_NET_ADMIN_MISSING;
  if (cap == CAPS_PERFMON) return Outcome.CAP_PERFMON_MISSING;
  return Outcome.CAP_SYS_ADMIN_MISSING;
}
