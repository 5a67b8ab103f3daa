// One request to one verdict byte, in the kernel's order of checks. src/kernel is the readable account of the same rules.

import { Disposition, DISPOSITION_SHIFT, Outcome, OUTCOME_MASK, Pre } from '../src/abi/verdict';
import {
  CAPS_BPF,
  CAPS_NET_ADMIN,
  CAPS_SYS_ADMIN,
  CMD_CAP,
  CMD_GATE,
  CMD_PERMISSION_FIRST,
  CMD_SIZE,
  CMD_STRAIGHT,
  CMD_TOKEN_ROOM,
  GATE_BTF,
  GATE_DESCRIPTOR,
  GATE_INIT_CAPABILITY,
  GATE_LINK_CREATE,
  GATE_PROG_ATTACH,
  GATE_PROG_LOAD,
  GATE_TOKEN_CREATE,
  LAST_TYPE,
  NOT_STRAIGHT,
  NO_ID,
  OUTCOME_LSM,
  ROOM_REFUSED,
  RULE_TOKEN_NEEDS_OWN_USERNS,
  RULE_UNPRIVILEGED_DISABLED,
  STRAIGHT_CGROUP_SKB,
  STRAIGHT_FINAL,
  STRAIGHT_FITS,
  STRAIGHT_FLAGS,
  STRAIGHT_NEEDS,
  STRAIGHT_OUTCOMES,
  STRAIGHT_PROG_LOAD,
  STRAIGHT_SIZE,
  STRAIGHT_UNKNOWN_MAP,
  TASK_INIT_CAPS,
  TASK_SIZE,
  TOKEN_SIZE,
  WORLD_CMDS,
  WORLD_OUTCOMES,
  WORLD_RULES,
  WORLD_STRAIGHT,
  WORLD_TASKS,
  WORLD_TASK_COUNT,
  WORLD_TOKENS,
  WORLD_TOKEN_COUNT,
} from '../src/engine/layout';
import { capableThrough, pick, withSysAdmin } from './capable';
import { flag } from './flag';
import { bitOf, dispositionOf, fixupAttach, foundOf, isOwnUserns } from './token';

const BPF_MAXINSNS: u32 = 4096;
const BPF_COMPLEXITY_LIMIT_INSNS: u32 = 1_000_000;
/** In what judge() returns, above the verdict byte: the caller has CAP_BPF. */
const HAS_BPF: u32 = 256;

// @ts-ignore: decorator
@inline
function verdict(outcome: u32, disposition: u32): u32 {
  return outcome | (disposition << DISPOSITION_SHIFT);
}

/** The verdict byte of one request. Ids out of range get a verdict that says so; command and type are at most 255. */
// @ts-ignore: decorator
@inline
export function decideHere(
  taskId: u32,
  tokenId: u32,
  cmdNumber: u32,
  type: u32,
  attachNumber: u32,
  insnCnt: u32,
  pre: u32,
): u32 {
  const tokens = load<u32>(WORLD_TOKEN_COUNT);
  const given = tokenId != NO_ID;
  if (pre == Pre.BAD_ROW) return Outcome.BAD_ROW;
  if (taskId >= load<u32>(WORLD_TASK_COUNT)) return Outcome.NO_SUCH_TASK;
  if (given && tokenId >= tokens) return Outcome.NO_SUCH_TOKEN;

  const task = WORLD_TASKS + taskId * TASK_SIZE;
  const token = WORLD_TOKENS + min<u32>(tokenId, tokens) * TOKEN_SIZE;
  const cmd = WORLD_CMDS + cmdNumber * CMD_SIZE;
  const straight = load<u32>(cmd, CMD_STRAIGHT);
  const attach = min<u32>(attachNumber, LAST_TYPE);
  if (straight != NOT_STRAIGHT) {
    const row = WORLD_STRAIGHT + straight + type * STRAIGHT_SIZE;
    const plain = !pre && isPlainCount(insnCnt);
    if (plain) return judge(task, token, row, attach) & 0xff;
    return withFault(task, token, cmd, row, attach, insnCnt, pre);
  }
  return byGate(task, token, given, cmd, type, attach, pre);
}

/** Whether a program of that many instructions may be loaded with and without CAP_BPF. */
// @ts-ignore: decorator
@inline
export function isPlainCount(insnCnt: u32): boolean {
  return insnCnt - 1 < BPF_MAXINSNS;
}

/**
 * MAP_CREATE, PROG_LOAD, BTF_LOAD and BTF_GET_FD_BY_ID of a request with nothing wrong with it and at most BPF_MAXINSNS
 * instructions: the verdict byte, and HAS_BPF. No branch depends on the request.
 */
// @ts-ignore: decorator
@inline
function judge(task: usize, token: usize, row: usize, attachGiven: u32): u32 {
  const attach = fixupAttach(row, attachGiven);
  const disposition = dispositionOf(foundOf(token, isOwnUserns(task, token), row, attach));
  const capable = capableThrough(task, token, disposition == Disposition.USED);
  const missing = <u32>load<u8>(row, STRAIGHT_NEEDS) & ~capable;
  const lsm = flag(((capable >> 4) & missing & (0 - missing)) != 0) * OUTCOME_LSM;
  const refusal: u32 = load<u8>(load<u8>(row, STRAIGHT_OUTCOMES) + missing + lsm, WORLD_OUTCOMES);
  const final = pick(bitOf(load<u64>(row, STRAIGHT_FITS), attach), load<u8>(row, STRAIGHT_FINAL), Outcome.ATTACH_TYPE_MISFIT);
  const bpf = (capable & CAPS_BPF) * HAS_BPF;
  return verdict(pick(flag(missing != 0), refusal, final), disposition) | bpf;
}

/** The same commands where something is wrong with the request, or its program is long. */
function withFault(
  task: usize,
  token: usize,
  cmd: usize,
  row: usize,
  attach: u32,
  insnCnt: u32,
  pre: u32,
): u32 {
  if (pre == Pre.ATTR_E2BIG) return Outcome.ATTR_E2BIG;
  if (pre == Pre.ATTR_EINVAL) return Outcome.ATTR_EINVAL;
  if (load<u8>(row, STRAIGHT_FLAGS) & STRAIGHT_UNKNOWN_MAP) return Outcome.UNKNOWN_TYPE;
  if (pre == Pre.TOKEN_EBADF) return verdict(Outcome.TOKEN_EBADF, Disposition.UNUSABLE);
  if (pre == Pre.TOKEN_EINVAL) return verdict(Outcome.TOKEN_EINVAL, Disposition.UNUSABLE);

  const judged = judge(task, token, row, attach);
  if (load<u8>(cmd, CMD_GATE) == GATE_PROG_LOAD) {
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
  cmd: usize,
  type: u32,
  attach: u32,
  pre: u32,
): u32 {
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
  const row = WORLD_STRAIGHT + STRAIGHT_PROG_LOAD + type * STRAIGHT_SIZE;
  const asks = load<u8>(row, STRAIGHT_FLAGS) & STRAIGHT_CGROUP_SKB;
  let disposition: u32 = given ? Disposition.DROPPED_CMD : Disposition.NONE_GIVEN;
  let counts = false;
  if (given && asks) {
    // Loaded in the token's own user namespace: there the caller's has no say yet.
    disposition = dispositionOf(foundOf(token, true, row, attach));
    const needsOwn = load<u32>(WORLD_RULES) & RULE_TOKEN_NEEDS_OWN_USERNS;
    counts = disposition == Disposition.USED && (!needsOwn || isOwnUserns(task, token));
    if (disposition == Disposition.USED && !counts) disposition = Disposition.DROPPED_USERNS;
  }
  if (pre == Pre.ATTR_EINVAL) return verdict(Outcome.ATTR_EINVAL, disposition);
  if (!asks) return late(verdict(Outcome.DESCRIPTOR_DECIDES, disposition), pre);

  const fits = bitOf(load<u64>(row, STRAIGHT_FITS), attach);
  const capable = capableThrough(task, token, counts);
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
  // capable(CAP_SYS_ADMIN) has nothing to stand in for it; bpf_net_capable() has.
  const capable = cap == CAPS_SYS_ADMIN ? caps : withSysAdmin(caps);
  if (!(capable & cap)) {
    return verdict(cap == CAPS_SYS_ADMIN ? Outcome.CAP_SYS_ADMIN_MISSING : Outcome.CAP_NET_ADMIN_MISSING, disposition);
  }
  if (first && pre == Pre.ATTR_EINVAL) return verdict(Outcome.ATTR_EINVAL, disposition);
  return late(verdict(Outcome.ALLOWED, disposition), pre);
}
