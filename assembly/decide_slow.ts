// The slow path: requests with a fault or a long program, and commands that no requirement row describes.

import { Disposition, DISPOSITION_SHIFT, Outcome, OUTCOME_MASK, Fault } from '../src/abi/verdict';
import {
  CAPS_NET_ADMIN,
  CAPS_SYS_ADMIN,
  CMD_CAP,
  CMD_GATE,
  CMD_PERMISSION_FIRST,
  CMD_PROG_LOAD,
  CMD_SIZE,
  CMD_TOKEN_SUPPORT,
  GATE_BTF,
  GATE_DESCRIPTOR,
  GATE_INIT_CAPABILITY,
  GATE_LINK_CREATE,
  GATE_MAP_CREATE,
  GATE_PROG_ATTACH,
  GATE_PROG_LOAD,
  GATE_TOKEN_CREATE,
  LAST_TYPE,
  REQ_BY_COMMAND_CLASS,
  REQ_CGROUP_SKB,
  REQ_FLAGS,
  REQ_OUTCOME_IF_CAPABLE,
  REQ_UNKNOWN_MAP,
  RULE_TOKEN_NEEDS_OWN_USERNS,
  RULE_UNPRIVILEGED_DISABLED,
  TASK_INIT_CAPS,
  TOKEN_REJECTED,
  WORLD_RULES,
} from '../src/abi/memory_layout';
import { capableThrough, isOwnUserns, namespaceRelation } from './capable';
import { toBit } from './branchless';
import { BPF_COMPLEXITY_LIMIT_INSNS, BPF_MAXINSNS, HAS_BPF, decideRow, requirementOf, verdict } from './decide_core';
import { dispositionOf, dropReasons } from './token';

/** The slow path, for any request: one with a fault, a long program, or a row with REQ_BY_COMMAND_CLASS. */
export function decideSlowPath(
  task: usize,
  token: usize,
  given: boolean,
  cmdGiven: u32,
  typeGiven: u32,
  attachGiven: u32,
  insnCnt: u32,
  pre: u32,
): u32 {
  const cmd = min<u32>(cmdGiven, LAST_TYPE);
  const type = min<u32>(typeGiven, LAST_TYPE);
  const attach = min<u32>(attachGiven, LAST_TYPE);
  const requirement = requirementOf(cmd, type, attach);
  const gate: u32 = load<u8>(cmd * CMD_SIZE, CMD_GATE);
  const isByToken = gate == GATE_MAP_CREATE || gate == GATE_PROG_LOAD || gate == GATE_BTF;
  if (!isByToken || load<u8>(requirement, REQ_FLAGS) & REQ_BY_COMMAND_CLASS) {
    return decideByCommandClass(task, token, given, cmd, type, attach, pre);
  }
  if (pre == Fault.ATTR_E2BIG) return Outcome.ATTR_E2BIG;
  if (pre == Fault.ATTR_EINVAL) return Outcome.ATTR_EINVAL;
  if (load<u8>(requirement, REQ_FLAGS) & REQ_UNKNOWN_MAP) return Outcome.UNKNOWN_TYPE;
  if (pre == Fault.TOKEN_EBADF) return verdict(Outcome.TOKEN_EBADF, Disposition.UNUSABLE);
  if (pre == Fault.TOKEN_EINVAL) return verdict(Outcome.TOKEN_EINVAL, Disposition.UNUSABLE);

  const decided = decideRow(task, token, requirement, false);
  if (gate == GATE_PROG_LOAD) {
    // The kernel checks the instruction count after the sysctl, before every other capability.
    const refusedBySysctl = load<u32>(WORLD_RULES) & RULE_UNPRIVILEGED_DISABLED && !(decided & HAS_BPF);
    const limit = decided & HAS_BPF ? BPF_COMPLEXITY_LIMIT_INSNS : BPF_MAXINSNS;
    if (!refusedBySysctl && insnCnt - 1 >= limit) {
      return verdict(Outcome.INSN_CNT_E2BIG, (decided & 0xff) >> DISPOSITION_SHIFT);
    }
  }
  return postPermission(decided & 0xff, pre);
}

/** Checks and look-ups after the permission check. */
function postPermission(decided: u32, pre: u32): u32 {
  const outcome = decided & OUTCOME_MASK;
  if (outcome != Outcome.ALLOWED && outcome != Outcome.NO_PERMISSION_NEEDED) return decided;
  if (pre == Fault.LATE_EINVAL) return (decided & ~OUTCOME_MASK) | Outcome.ATTR_EINVAL;
  if (pre == Fault.LATE_ENOENT) return (decided & ~OUTCOME_MASK) | Outcome.ENOENT;
  return decided;
}

/** Commands whose permission does not depend on capabilities through a token. */
function decideByCommandClass(
  task: usize,
  token: usize,
  given: boolean,
  cmdNumber: u32,
  type: u32,
  attach: u32,
  pre: u32,
): u32 {
  const cmd = cmdNumber * CMD_SIZE;
  const gate: u32 = load<u8>(cmd, CMD_GATE);
  if (gate == GATE_TOKEN_CREATE) return Outcome.UNDECIDED;
  if (pre == Fault.ATTR_E2BIG) return Outcome.ATTR_E2BIG;
  if (gate == GATE_PROG_ATTACH || gate == GATE_LINK_CREATE) {
    return attachProg(task, token, given, gate, type, attach, pre);
  }
  const hasToken = given || pre == Fault.TOKEN_EBADF || pre == Fault.TOKEN_EINVAL;
  const refusesToken = load<u8>(cmd, CMD_TOKEN_SUPPORT) == TOKEN_REJECTED;
  const dropped: u32 = hasToken && !refusesToken ? Disposition.DROPPED_CMD : Disposition.NONE_GIVEN;
  if (gate == GATE_DESCRIPTOR) {
    if (pre == Fault.ATTR_EINVAL) return verdict(Outcome.ATTR_EINVAL, dropped);
    return postPermission(verdict(Outcome.NO_PERMISSION_NEEDED, dropped), pre);
  }
  if (gate == GATE_INIT_CAPABILITY || gate == GATE_BTF) {
    return initCapability(task, cmd, hasToken && refusesToken, dropped, pre);
  }
  return Outcome.UNKNOWN_CMD;
}

/** PROG_ATTACH and LINK_CREATE: a cgroup_skb program requires CAP_NET_ADMIN through the token it was loaded with. */
function attachProg(
  task: usize,
  token: usize,
  given: boolean,
  gate: u32,
  type: u32,
  attach: u32,
  pre: u32,
): u32 {
  const requirement = requirementOf(CMD_PROG_LOAD, type, attach);
  const needsNetAdmin = load<u8>(requirement, REQ_FLAGS) & REQ_CGROUP_SKB;
  const relation = namespaceRelation(task, token);
  let disposition: u32 = given ? Disposition.DROPPED_CMD : Disposition.NONE_GIVEN;
  let counts: u32 = 0;
  if (given && needsNetAdmin) {
    // The program was loaded in the token's own user namespace: the caller's does not matter for that check.
    disposition = dispositionOf(dropReasons(token, 1, requirement)) >> DISPOSITION_SHIFT;
    const needsOwn = load<u32>(WORLD_RULES) & RULE_TOKEN_NEEDS_OWN_USERNS;
    counts = toBit(disposition == Disposition.USED && (!needsOwn || isOwnUserns(task, token, relation) != 0));
    if (disposition == Disposition.USED && !counts) disposition = Disposition.DROPPED_USERNS;
  }
  if (pre == Fault.ATTR_EINVAL) return verdict(Outcome.ATTR_EINVAL, disposition);
  if (!needsNetAdmin) return postPermission(verdict(Outcome.NO_PERMISSION_NEEDED, disposition), pre);

  const fits = load<u8>(requirement, REQ_OUTCOME_IF_CAPABLE) != Outcome.ATTACH_TYPE_MISMATCH;
  const capable = capableThrough(task, token, relation, counts, false);
  const hasNetAdmin = capable & CAPS_NET_ADMIN;
  const lsm = (capable >> 4) & CAPS_NET_ADMIN;
  if (gate == GATE_PROG_ATTACH) {
    if (!fits) return verdict(Outcome.ATTACH_TYPE_MISMATCH, disposition);
    if (!hasNetAdmin) {
      return verdict(lsm ? Outcome.LSM_REFUSED_CAPABLE_EINVAL : Outcome.CAP_NET_ADMIN_MISSING_EINVAL, disposition);
    }
  } else {
    if (!hasNetAdmin) return verdict(lsm ? Outcome.LSM_REFUSED_CAPABLE : Outcome.CAP_NET_ADMIN_MISSING, disposition);
    if (!fits) return verdict(Outcome.ATTACH_TYPE_MISMATCH, disposition);
  }
  return postPermission(verdict(Outcome.ALLOWED, disposition), pre);
}

/** Commands gated by a capability in the initial user namespace, which no token can grant. */
function initCapability(task: usize, cmd: usize, refused: boolean, disposition: u32, pre: u32): u32 {
  const first = load<u8>(cmd, CMD_PERMISSION_FIRST) != 0;
  if (!first) {
    if (pre == Fault.ATTR_EINVAL) return verdict(Outcome.ATTR_EINVAL, disposition);
    if (refused) return verdict(Outcome.TOKEN_NOT_TAKEN, Disposition.UNUSABLE);
  }
  const cap: u32 = load<u8>(cmd, CMD_CAP);
  const caps: u32 = load<u8>(task, TASK_INIT_CAPS);
  if (!(caps & cap)) {
    return verdict(cap == CAPS_SYS_ADMIN ? Outcome.CAP_SYS_ADMIN_MISSING : Outcome.CAP_NET_ADMIN_MISSING, disposition);
  }
  if (first && pre == Fault.ATTR_EINVAL) return verdict(Outcome.ATTR_EINVAL, disposition);
  return postPermission(verdict(Outcome.ALLOWED, disposition), pre);
}
