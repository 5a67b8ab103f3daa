// One request to one verdict byte, in the kernel's order of checks. src/kernel is the readable account of the same rules.

import { Disposition, DISPOSITION_SHIFT, Outcome, OUTCOME_MASK, Fault } from '../src/abi/verdict';
import {
  REQ_ANY_USERNS,
  REQ_BY_COMMAND_CLASS,
  REQ_CGROUP_SKB,
  REQ_OUTCOME_IF_CAPABLE,
  REQ_FLAGS,
  REQ_HIGH_MAP_CREATE,
  REQ_HIGH_OTHERS,
  REQ_NEEDS,
  REQ_SIZE,
  REQ_UNKNOWN_MAP,
  REQ_UNPRIV_DISABLED,
  CAPS_BPF,
  CAPS_NET_ADMIN,
  CAPS_SYS_ADMIN,
  CMD_CAP,
  CMD_GATE,
  CMD_MAP_CREATE,
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
  NO_ID,
  OUTCOMES_OF_CAPABILITY,
  OUTCOMES_OF_UNPRIV_DISABLED,
  TOKEN_REJECTED,
  RULE_TOKEN_NEEDS_OWN_USERNS,
  RULE_UNPRIVILEGED_DISABLED,
  TASK_INIT_CAPS,
  TASK_SIZE,
  TOKEN_SIZE,
  TYPE_ROWS,
  WORLD_HAS_STANDARD_RULES,
  WORLD_OUTCOMES,
  WORLD_RULES,
  WORLD_TASK_COUNT,
  WORLD_TOKEN_COUNT,
} from '../src/abi/memory_layout';
import { capableThrough, isOwnUserns, selectBits, namespaceRelation } from './capable';
import { toBit } from './branchless';
import { dispositionOf, dropReasons } from './token';

export const BPF_MAXINSNS: u32 = 4096;
const BPF_COMPLEXITY_LIMIT_INSNS: u32 = 1_000_000;
/** In what decideRow() returns, above the verdict byte: the caller has CAP_BPF. */
const HAS_BPF: u32 = 256;

// @ts-ignore: decorator
@inline
function verdict(outcome: u32, disposition: u32): u32 {
  return outcome | (disposition << DISPOSITION_SHIFT);
}

/** The verdict byte of one request. Ids out of range get a verdict that says so; numbers past the tables are their last. */
// @ts-ignore: decorator
@inline
export function decideHere(
  taskId: u32,
  tokenId: u32,
  cmdGiven: u32,
  typeGiven: u32,
  attachGiven: u32,
  insnCnt: u32,
  pre: u32,
): u32 {
  const given = tokenId != NO_ID;
  if (pre == Fault.BAD_ROW) return Outcome.BAD_ROW;
  if (taskId >= load<u32>(WORLD_TASK_COUNT)) return Outcome.NO_SUCH_TASK;
  if (given && tokenId >= load<u32>(WORLD_TOKEN_COUNT)) return Outcome.NO_SUCH_TOKEN;

  const task = taskId * TASK_SIZE;
  const token = tokenId * TOKEN_SIZE;
  if (!pre && isSimpleCount(insnCnt) && (cmdGiven | typeGiven | attachGiven) < <u32>TYPE_ROWS) {
    const requirement = requirementOf(cmdGiven, typeGiven, attachGiven);
    if (!(load<u8>(requirement, REQ_FLAGS) & REQ_BY_COMMAND_CLASS)) {
      return (load<u32>(WORLD_HAS_STANDARD_RULES) ? decideRow(task, token, requirement, true) : decideRow(task, token, requirement, false)) & 0xff;
    }
  }
  return decideSlowPath(task, token, given, cmdGiven, typeGiven, attachGiven, insnCnt, pre);
}

/** The row of what a request asks. Every number is at most LAST_TYPE. */
// @ts-ignore: decorator
@inline
function requirementOf(cmd: u32, type: u32, attach: u32): usize {
  const isProgLoad = toBit(cmd == CMD_PROG_LOAD);
  const isMapCreate = toBit(cmd == CMD_MAP_CREATE);
  const half = selectBits(isProgLoad, type, REQ_HIGH_OTHERS - isMapCreate * (REQ_HIGH_OTHERS - REQ_HIGH_MAP_CREATE));
  const rest = selectBits(isProgLoad, attach, selectBits(isMapCreate, type, cmd));
  return (half * TYPE_ROWS + rest) * REQ_SIZE;
}

/** Whether a program of that many instructions may be loaded with and without CAP_BPF. */
// @ts-ignore: decorator
@inline
export function isSimpleCount(insnCnt: u32): boolean {
  return insnCnt - 1 < BPF_MAXINSNS;
}

/**
 * A request with nothing wrong with it and at most BPF_MAXINSNS instructions, whose row says everything: the verdict byte,
 * and HAS_BPF. No branch depends on the request. `hasStandardRules`, a constant, leaves out what a plain world need not ask.
 */
// @ts-ignore: decorator
@inline
function decideRow(task: usize, token: usize, requirement: usize, hasStandardRules: boolean): u32 {
  const flags: u32 = load<u8>(requirement, REQ_FLAGS);
  const relation = namespaceRelation(task, token);
  const isOwn = hasStandardRules ? 1 : isOwnUserns(task, token, relation) | (flags & REQ_ANY_USERNS);
  const reasons = dropReasons(token, isOwn, requirement);
  const capable = capableThrough(task, token, relation, toBit(!reasons), hasStandardRules);
  const missing = <u32>load<u8>(requirement, REQ_NEEDS) & ~capable;
  const bySysctl = toBit((flags & REQ_UNPRIV_DISABLED) != 0) * (OUTCOMES_OF_UNPRIV_DISABLED - OUTCOMES_OF_CAPABILITY);
  const reason: u32 = load<u8>(missing + bySysctl, WORLD_OUTCOMES + OUTCOMES_OF_CAPABILITY);
  const isLsm = hasStandardRules ? 0 : toBit(((capable >> 4) & missing & (0 - missing)) != 0);
  const refusal = selectBits(isLsm, Outcome.LSM_REFUSED_CAPABLE, reason);
  const outcome = selectBits(toBit(missing != 0), refusal, load<u8>(requirement, REQ_OUTCOME_IF_CAPABLE));
  return outcome | dispositionOf(reasons) | ((capable & CAPS_BPF) * HAS_BPF);
}

/** Any request: where something is wrong with it, its program is long, or its row does not say everything. */
function decideSlowPath(
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
  if (!isByToken || load<u8>(requirement, REQ_FLAGS) & REQ_BY_COMMAND_CLASS) return decideByCommandClass(task, token, given, cmd, type, attach, pre);
  if (pre == Fault.ATTR_E2BIG) return Outcome.ATTR_E2BIG;
  if (pre == Fault.ATTR_EINVAL) return Outcome.ATTR_EINVAL;
  if (load<u8>(requirement, REQ_FLAGS) & REQ_UNKNOWN_MAP) return Outcome.UNKNOWN_TYPE;
  if (pre == Fault.TOKEN_EBADF) return verdict(Outcome.TOKEN_EBADF, Disposition.UNUSABLE);
  if (pre == Fault.TOKEN_EINVAL) return verdict(Outcome.TOKEN_EINVAL, Disposition.UNUSABLE);

  const decided = decideRow(task, token, requirement, false);
  if (gate == GATE_PROG_LOAD) {
    // The instruction count is looked at after the sysctl, before every other capability.
    const refusedBySysctl = load<u32>(WORLD_RULES) & RULE_UNPRIVILEGED_DISABLED && !(decided & HAS_BPF);
    const limit = decided & HAS_BPF ? BPF_COMPLEXITY_LIMIT_INSNS : BPF_MAXINSNS;
    if (!refusedBySysctl && insnCnt - 1 >= limit) {
      return verdict(Outcome.INSN_CNT_E2BIG, (decided & 0xff) >> DISPOSITION_SHIFT);
    }
  }
  return postPermission(decided & 0xff, pre);
}

/** Checks and look-ups that come after permission. */
function postPermission(decided: u32, pre: u32): u32 {
  const outcome = decided & OUTCOME_MASK;
  if (outcome != Outcome.ALLOWED && outcome != Outcome.NO_PERMISSION_NEEDED) return decided;
  if (pre == Fault.LATE_EINVAL) return (decided & ~OUTCOME_MASK) | Outcome.ATTR_EINVAL;
  if (pre == Fault.LATE_ENOENT) return (decided & ~OUTCOME_MASK) | Outcome.ENOENT;
  return decided;
}

/** Commands that do not go by capabilities through a token. */
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
  const handed = given || pre == Fault.TOKEN_EBADF || pre == Fault.TOKEN_EINVAL;
  const refusesToken = load<u8>(cmd, CMD_TOKEN_SUPPORT) == TOKEN_REJECTED;
  const dropped: u32 = handed && !refusesToken ? Disposition.DROPPED_CMD : Disposition.NONE_GIVEN;
  if (gate == GATE_DESCRIPTOR) {
    if (pre == Fault.ATTR_EINVAL) return verdict(Outcome.ATTR_EINVAL, dropped);
    return postPermission(verdict(Outcome.NO_PERMISSION_NEEDED, dropped), pre);
  }
  if (gate == GATE_INIT_CAPABILITY || gate == GATE_BTF) {
    return initCapability(task, cmd, handed && refusesToken, dropped, pre);
  }
  return Outcome.UNKNOWN_CMD;
}

/** PROG_ATTACH and LINK_CREATE: a cgroup_skb program asks CAP_NET_ADMIN through the token it was loaded with. */
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
  const requirements = load<u8>(requirement, REQ_FLAGS) & REQ_CGROUP_SKB;
  const relation = namespaceRelation(task, token);
  let disposition: u32 = given ? Disposition.DROPPED_CMD : Disposition.NONE_GIVEN;
  let counts: u32 = 0;
  if (given && requirements) {
    // Loaded in the token's own user namespace: there the caller's has no say yet.
    disposition = dispositionOf(dropReasons(token, 1, requirement)) >> DISPOSITION_SHIFT;
    const needsOwn = load<u32>(WORLD_RULES) & RULE_TOKEN_NEEDS_OWN_USERNS;
    counts = toBit(disposition == Disposition.USED && (!needsOwn || isOwnUserns(task, token, relation) != 0));
    if (disposition == Disposition.USED && !counts) disposition = Disposition.DROPPED_USERNS;
  }
  if (pre == Fault.ATTR_EINVAL) return verdict(Outcome.ATTR_EINVAL, disposition);
  if (!requirements) return postPermission(verdict(Outcome.NO_PERMISSION_NEEDED, disposition), pre);

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

/** Commands gated by a capability in the initial user namespace: no token can give it. */
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
