// One request to one verdict byte, in the kernel's order of checks. src/kernel is the readable account of the same rules.

import { Disposition, DISPOSITION_SHIFT, Outcome, OUTCOME_MASK, Pre } from '../src/abi/verdict';
import {
  ASK_ANY_USERNS,
  ASK_BY_GATE,
  ASK_CGROUP_SKB,
  ASK_END,
  ASK_FLAGS,
  ASK_HALF_MAP_CREATE,
  ASK_HALF_OTHERS,
  ASK_NEEDS,
  ASK_SIZE,
  ASK_UNKNOWN_MAP,
  ASK_UNPRIV_DISABLED,
  CAPS_BPF,
  CAPS_NET_ADMIN,
  CAPS_SYS_ADMIN,
  CMD_CAP,
  CMD_GATE,
  CMD_MAP_CREATE,
  CMD_PERMISSION_FIRST,
  CMD_PROG_LOAD,
  CMD_SIZE,
  CMD_TOKEN_ROOM,
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
  ROOM_REFUSED,
  RULE_TOKEN_NEEDS_OWN_USERNS,
  RULE_UNPRIVILEGED_DISABLED,
  TASK_INIT_CAPS,
  TASK_SIZE,
  TOKEN_SIZE,
  TYPE_ROWS,
  WORLD_IS_PLAIN,
  WORLD_OUTCOMES,
  WORLD_RULES,
  WORLD_TASK_COUNT,
  WORLD_TOKEN_COUNT,
} from '../src/engine/layout';
import { capableThrough, isOwnUserns, pick, standing } from './capable';
import { flag } from './flag';
import { dispositionOf, stopsOf } from './token';

export const BPF_MAXINSNS: u32 = 4096;
const BPF_COMPLEXITY_LIMIT_INSNS: u32 = 1_000_000;
/** In what judge() returns, above the verdict byte: the caller has CAP_BPF. */
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
  if (pre == Pre.BAD_ROW) return Outcome.BAD_ROW;
  if (taskId >= load<u32>(WORLD_TASK_COUNT)) return Outcome.NO_SUCH_TASK;
  if (given && tokenId >= load<u32>(WORLD_TOKEN_COUNT)) return Outcome.NO_SUCH_TOKEN;

  const task = taskId * TASK_SIZE;
  const token = tokenId * TOKEN_SIZE;
  if (!pre && isPlainCount(insnCnt) && (cmdGiven | typeGiven | attachGiven) < <u32>TYPE_ROWS) {
    const ask = askOf(cmdGiven, typeGiven, attachGiven);
    if (!(load<u8>(ask, ASK_FLAGS) & ASK_BY_GATE)) {
      return (load<u32>(WORLD_IS_PLAIN) ? judge(task, token, ask, true) : judge(task, token, ask, false)) & 0xff;
    }
  }
  return withCare(task, token, given, cmdGiven, typeGiven, attachGiven, insnCnt, pre);
}

/** The row of what a request asks. Every number is at most LAST_TYPE. */
// @ts-ignore: decorator
@inline
function askOf(cmd: u32, type: u32, attach: u32): usize {
  const isProgLoad = flag(cmd == CMD_PROG_LOAD);
  const isMapCreate = flag(cmd == CMD_MAP_CREATE);
  const half = pick(isProgLoad, type, ASK_HALF_OTHERS - isMapCreate * (ASK_HALF_OTHERS - ASK_HALF_MAP_CREATE));
  const rest = pick(isProgLoad, attach, pick(isMapCreate, type, cmd));
  return (half * TYPE_ROWS + rest) * ASK_SIZE;
}

/** Whether a program of that many instructions may be loaded with and without CAP_BPF. */
// @ts-ignore: decorator
@inline
export function isPlainCount(insnCnt: u32): boolean {
  return insnCnt - 1 < BPF_MAXINSNS;
}

/**
 * A request with nothing wrong with it and at most BPF_MAXINSNS instructions, whose row says everything: the verdict byte,
 * and HAS_BPF. No branch depends on the request. `isPlain`, a constant, leaves out what a plain world need not ask.
 */
// @ts-ignore: decorator
@inline
function judge(task: usize, token: usize, ask: usize, isPlain: boolean): u32 {
  const flags: u32 = load<u8>(ask, ASK_FLAGS);
  const stands = standing(task, token);
  const isOwn = isPlain ? 1 : isOwnUserns(task, token, stands) | (flags & ASK_ANY_USERNS);
  const stops = stopsOf(token, isOwn, ask);
  const capable = capableThrough(task, token, stands, flag(!stops), isPlain);
  const missing = <u32>load<u8>(ask, ASK_NEEDS) & ~capable;
  const bySysctl = flag((flags & ASK_UNPRIV_DISABLED) != 0) * (OUTCOMES_OF_UNPRIV_DISABLED - OUTCOMES_OF_CAPABILITY);
  const reason: u32 = load<u8>(missing + bySysctl, WORLD_OUTCOMES + OUTCOMES_OF_CAPABILITY);
  const isLsm = isPlain ? 0 : flag(((capable >> 4) & missing & (0 - missing)) != 0);
  const refusal = pick(isLsm, Outcome.LSM_REFUSED_CAPABLE, reason);
  const outcome = pick(flag(missing != 0), refusal, load<u8>(ask, ASK_END));
  return outcome | dispositionOf(stops) | ((capable & CAPS_BPF) * HAS_BPF);
}

/** Any request: where something is wrong with it, its program is long, or its row does not say everything. */
function withCare(
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
  const ask = askOf(cmd, type, attach);
  const gate: u32 = load<u8>(cmd * CMD_SIZE, CMD_GATE);
  const isByToken = gate == GATE_MAP_CREATE || gate == GATE_PROG_LOAD || gate == GATE_BTF;
  if (!isByToken || load<u8>(ask, ASK_FLAGS) & ASK_BY_GATE) return byGate(task, token, given, cmd, type, attach, pre);
  if (pre == Pre.ATTR_E2BIG) return Outcome.ATTR_E2BIG;
  if (pre == Pre.ATTR_EINVAL) return Outcome.ATTR_EINVAL;
  if (load<u8>(ask, ASK_FLAGS) & ASK_UNKNOWN_MAP) return Outcome.UNKNOWN_TYPE;
  if (pre == Pre.TOKEN_EBADF) return verdict(Outcome.TOKEN_EBADF, Disposition.UNUSABLE);
  if (pre == Pre.TOKEN_EINVAL) return verdict(Outcome.TOKEN_EINVAL, Disposition.UNUSABLE);

  const judged = judge(task, token, ask, false);
  if (gate == GATE_PROG_LOAD) {
    // The instruction count is looked at after the sysctl, before every other capability.
    const refusedBySysctl = load<u32>(WORLD_RULES) & RULE_UNPRIVILEGED_DISABLED && !(judged & HAS_BPF);
    const limit = judged & HAS_BPF ? BPF_COMPLEXITY_LIMIT_INSNS : BPF_MAXINSNS;
    if (!refusedBySysctl && insnCnt - 1 >= limit) {
      return verdict(Outcome.INSN_CNT_E2BIG, (judged & 0xff) >> DISPOSITION_SHIFT);
    }
  }
  return late(judged & 0xff, pre);
}

/** Checks and look-ups that come after permission. */
function late(judged: u32, pre: u32): u32 {
  const outcome = judged & OUTCOME_MASK;
  if (outcome != Outcome.ALLOWED && outcome != Outcome.DESCRIPTOR_DECIDES) return judged;
  if (pre == Pre.LATE_EINVAL) return (judged & ~OUTCOME_MASK) | Outcome.ATTR_EINVAL;
  if (pre == Pre.LATE_ENOENT) return (judged & ~OUTCOME_MASK) | Outcome.ENOENT;
  return judged;
}

/** Commands that do not go by capabilities through a token. */
function byGate(
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
  if (gate == GATE_TOKEN_CREATE) return Outcome.MODEL_ONLY;
  if (pre == Pre.ATTR_E2BIG) return Outcome.ATTR_E2BIG;
  if (gate == GATE_PROG_ATTACH || gate == GATE_LINK_CREATE) {
    return attachProg(task, token, given, gate, type, attach, pre);
  }
  const handed = given || pre == Pre.TOKEN_EBADF || pre == Pre.TOKEN_EINVAL;
  const refusesToken = load<u8>(cmd, CMD_TOKEN_ROOM) == ROOM_REFUSED;
  const dropped: u32 = handed && !refusesToken ? Disposition.DROPPED_CMD : Disposition.NONE_GIVEN;
  if (gate == GATE_DESCRIPTOR) {
    if (pre == Pre.ATTR_EINVAL) return verdict(Outcome.ATTR_EINVAL, dropped);
    return late(verdict(Outcome.DESCRIPTOR_DECIDES, dropped), pre);
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
  const ask = askOf(CMD_PROG_LOAD, type, attach);
  const asks = load<u8>(ask, ASK_FLAGS) & ASK_CGROUP_SKB;
  const stands = standing(task, token);
  let disposition: u32 = given ? Disposition.DROPPED_CMD : Disposition.NONE_GIVEN;
  let counts: u32 = 0;
  if (given && asks) {
    // Loaded in the token's own user namespace: there the caller's has no say yet.
    disposition = dispositionOf(stopsOf(token, 1, ask)) >> DISPOSITION_SHIFT;
    const needsOwn = load<u32>(WORLD_RULES) & RULE_TOKEN_NEEDS_OWN_USERNS;
    counts = flag(disposition == Disposition.USED && (!needsOwn || isOwnUserns(task, token, stands) != 0));
    if (disposition == Disposition.USED && !counts) disposition = Disposition.DROPPED_USERNS;
  }
  if (pre == Pre.ATTR_EINVAL) return verdict(Outcome.ATTR_EINVAL, disposition);
  if (!asks) return late(verdict(Outcome.DESCRIPTOR_DECIDES, disposition), pre);

  const fits = load<u8>(ask, ASK_END) != Outcome.ATTACH_TYPE_MISFIT;
  const capable = capableThrough(task, token, stands, counts, false);
  const hasNetAdmin = capable & CAPS_NET_ADMIN;
  const lsm = (capable >> 4) & CAPS_NET_ADMIN;
  if (gate == GATE_PROG_ATTACH) {
    if (!fits) return verdict(Outcome.ATTACH_TYPE_MISFIT, disposition);
    if (!hasNetAdmin) {
      return verdict(lsm ? Outcome.LSM_REFUSED_CAPABLE_EINVAL : Outcome.CAP_NET_ADMIN_MISSING_EINVAL, disposition);
    }
  } else {
    if (!hasNetAdmin) return verdict(lsm ? Outcome.LSM_REFUSED_CAPABLE : Outcome.CAP_NET_ADMIN_MISSING, disposition);
    if (!fits) return verdict(Outcome.ATTACH_TYPE_MISFIT, disposition);
  }
  return late(verdict(Outcome.ALLOWED, disposition), pre);
}

/** Commands gated by a capability in the initial user namespace: no token can give it. */
function initCapability(task: usize, cmd: usize, refused: boolean, disposition: u32, pre: u32): u32 {
  const first = load<u8>(cmd, CMD_PERMISSION_FIRST) != 0;
  if (!first) {
    if (pre == Pre.ATTR_EINVAL) return verdict(Outcome.ATTR_EINVAL, disposition);
    if (refused) return verdict(Outcome.TOKEN_NOT_TAKEN, Disposition.UNUSABLE);
  }
  const cap: u32 = load<u8>(cmd, CMD_CAP);
  const caps: u32 = load<u8>(task, TASK_INIT_CAPS);
  if (!(caps & cap)) {
    return verdict(cap == CAPS_SYS_ADMIN ? Outcome.CAP_SYS_ADMIN_MISSING : Outcome.CAP_NET_ADMIN_MISSING, disposition);
  }
  if (first && pre == Pre.ATTR_EINVAL) return verdict(Outcome.ATTR_EINVAL, disposition);
  return late(verdict(Outcome.ALLOWED, disposition), pre);
}
