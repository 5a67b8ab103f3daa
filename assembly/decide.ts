// One request to one verdict byte, in the kernel's order of checks. src/kernel is the readable account of the same rules.

import { Disposition, DISPOSITION_SHIFT, Outcome, Pre } from '../src/abi/verdict';
import {
  CAPS_BPF,
  CAPS_NET_ADMIN,
  CAPS_PERFMON,
  CAPS_SYS_ADMIN,
  CMD_CAP,
  CMD_GATE,
  CMD_NUMBER,
  CMD_PERMISSION_FIRST,
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
  HEADER_CMDS,
  HEADER_MAP_TYPES,
  HEADER_PROG_TYPES,
  HEADER_RULES,
  HEADER_TASK_COUNT,
  HEADER_TASKS,
  HEADER_TOKEN_COUNT,
  HEADER_TOKENS,
  LAST_TYPE,
  MAP_TYPE_UNKNOWN,
  NO_ID,
  PROG_CGROUP_SKB,
  PROG_FITS,
  PROG_LOADABLE,
  PROG_NEEDS,
  PROG_NET_ADMIN,
  PROG_PERFMON,
  PROG_SIZE,
  PROG_UNPRIVILEGED,
  PROG_ZERO_MEANS,
  ROOM_REFUSED,
  RULE_UNPRIVILEGED_DISABLED,
  TASK_INIT_CAPS,
  TASK_SIZE,
  TOKEN_SIZE,
} from '../src/engine/layout';
import { capableThrough, missingCapability, refusal, withSysAdmin } from './capable';
import { allowCmd, allowMapType, allowProgType, countsFor, usernsAllows } from './token';

const BPF_MAXINSNS: u32 = 4096;
const BPF_COMPLEXITY_LIMIT_INSNS: u32 = 1_000_000;
/** Bit number of BPF_PROG_LOAD in the masks, in every release. */
const PROG_LOAD: u32 = 5;

function verdict(outcome: u32, disposition: u32): u32 {
  return outcome | (disposition << DISPOSITION_SHIFT);
}

/** Checks and look-ups that come after permission. */
function late(pre: u32, otherwise: u32): u32 {
  if (pre == Pre.LATE_EINVAL) return Outcome.ATTR_EINVAL;
  if (pre == Pre.LATE_ENOENT) return Outcome.ENOENT;
  return otherwise;
}

/** The verdict byte of one request. Ids and numbers out of range get a verdict that says so. */
export function decide(
  world: usize,
  taskId: u32,
  tokenId: u32,
  cmdNumber: u32,
  typeNumber: u32,
  attachNumber: u32,
  insnCnt: u32,
  pre: u32,
): u32 {
  if (pre == Pre.BAD_ROW) return Outcome.BAD_ROW;
  if (taskId >= load<u32>(world, HEADER_TASK_COUNT)) return Outcome.NO_SUCH_TASK;
  if (tokenId != NO_ID && tokenId >= load<u32>(world, HEADER_TOKEN_COUNT)) return Outcome.NO_SUCH_TOKEN;

  const cmd = (<usize>load<u32>(world, HEADER_CMDS)) + min<u32>(cmdNumber, LAST_TYPE) * CMD_SIZE;
  const gate: u32 = load<u8>(cmd, CMD_GATE);
  if (gate == GATE_TOKEN_CREATE) return Outcome.MODEL_ONLY;
  if (pre == Pre.ATTR_E2BIG) return Outcome.ATTR_E2BIG;

  const task = (<usize>load<u32>(world, HEADER_TASKS)) + taskId * TASK_SIZE;
  const token: usize = tokenId == NO_ID ? 0 : (<usize>load<u32>(world, HEADER_TOKENS)) + tokenId * TOKEN_SIZE;
  const type = min<u32>(typeNumber, LAST_TYPE);
  const attach = min<u32>(attachNumber, LAST_TYPE);

  if (gate == GATE_MAP_CREATE) return mapCreate(world, task, token, cmd, type, pre);
  if (gate == GATE_PROG_LOAD) return progLoad(world, task, token, cmd, type, attach, insnCnt, pre);
  if (gate == GATE_BTF) return btf(world, task, token, cmd, pre);
  if (gate == GATE_PROG_ATTACH || gate == GATE_LINK_CREATE) {
    return attachProg(world, task, token, gate, type, attach, pre);
  }
  if (gate == GATE_INIT_CAPABILITY) return initCapability(task, token, cmd, pre);
  if (gate == GATE_DESCRIPTOR) {
    const outcome = pre == Pre.ATTR_EINVAL ? Outcome.ATTR_EINVAL : late(pre, Outcome.DESCRIPTOR_DECIDES);
    return verdict(outcome, withoutRoom(token, pre));
  }
  return Outcome.UNKNOWN_CMD;
}

/** A token handed to a command that has no field for one changes nothing. */
function withoutRoom(token: usize, pre: u32): u32 {
  const given = token != 0 || pre == Pre.TOKEN_EBADF || pre == Pre.TOKEN_EINVAL;
  return given ? Disposition.DROPPED_CMD : Disposition.NONE_GIVEN;
}

/** The verdict for a descriptor that cannot be used as a token, or 0. */
function unusable(pre: u32): u32 {
  if (pre == Pre.TOKEN_EBADF) return verdict(Outcome.TOKEN_EBADF, Disposition.UNUSABLE);
  if (pre == Pre.TOKEN_EINVAL) return verdict(Outcome.TOKEN_EINVAL, Disposition.UNUSABLE);
  return 0;
}

function mapCreate(world: usize, task: usize, token: usize, cmd: usize, type: u32, pre: u32): u32 {
  if (pre == Pre.ATTR_EINVAL) return Outcome.ATTR_EINVAL;
  const wanted: u32 = load<u8>((<usize>load<u32>(world, HEADER_MAP_TYPES)) + type);
  if (wanted == MAP_TYPE_UNKNOWN) return Outcome.UNKNOWN_TYPE;
  const bad = unusable(pre);
  if (bad) return bad;

  let disposition = countsFor(world, task, token, load<u8>(cmd, CMD_NUMBER));
  if (disposition == Disposition.USED) disposition = allowMapType(token, type);
  const capable = capableThrough(world, task, disposition == Disposition.USED ? token : 0);
  if (load<u32>(world, HEADER_RULES) & RULE_UNPRIVILEGED_DISABLED && !(capable & CAPS_BPF)) {
    return verdict(refusal(capable, CAPS_BPF, Outcome.CAP_BPF_MISSING_UNPRIV_DISABLED), disposition);
  }
  if (wanted & ~capable) return verdict(refusal(capable, wanted, missingCapability(wanted)), disposition);
  return verdict(late(pre, Outcome.ALLOWED), disposition);
}

function progLoad(
  world: usize,
  task: usize,
  token: usize,
  cmd: usize,
  type: u32,
  attachGiven: u32,
  insnCnt: u32,
  pre: u32,
): u32 {
  if (pre == Pre.ATTR_EINVAL) return Outcome.ATTR_EINVAL;
  const bad = unusable(pre);
  if (bad) return bad;

  const prog = (<usize>load<u32>(world, HEADER_PROG_TYPES)) + type * PROG_SIZE;
  const needs: u32 = load<u8>(prog, PROG_NEEDS);
  const attach: u32 = attachGiven ? attachGiven : <u32>load<u8>(prog, PROG_ZERO_MEANS);

  let disposition = countsFor(world, task, token, load<u8>(cmd, CMD_NUMBER));
  if (disposition == Disposition.USED) disposition = allowProgType(token, type, attach);
  const capable = capableThrough(world, task, disposition == Disposition.USED ? token : 0);
  const bpf = capable & CAPS_BPF;
  if (load<u32>(world, HEADER_RULES) & RULE_UNPRIVILEGED_DISABLED && !bpf) {
    return verdict(refusal(capable, CAPS_BPF, Outcome.CAP_BPF_MISSING_UNPRIV_DISABLED), disposition);
  }
  if (insnCnt == 0 || insnCnt > (bpf ? BPF_COMPLEXITY_LIMIT_INSNS : BPF_MAXINSNS)) {
    return verdict(Outcome.INSN_CNT_E2BIG, disposition);
  }
  if (!(needs & PROG_UNPRIVILEGED) && !bpf) {
    return verdict(refusal(capable, CAPS_BPF, Outcome.CAP_BPF_MISSING), disposition);
  }
  if (needs & PROG_NET_ADMIN && !(capable & CAPS_NET_ADMIN)) {
    return verdict(refusal(capable, CAPS_NET_ADMIN, Outcome.CAP_NET_ADMIN_MISSING), disposition);
  }
  if (needs & PROG_PERFMON && !(capable & CAPS_PERFMON)) {
    return verdict(refusal(capable, CAPS_PERFMON, Outcome.CAP_PERFMON_MISSING), disposition);
  }
  if (!((load<u64>(prog, PROG_FITS) >> attach) & 1)) return verdict(Outcome.ATTACH_TYPE_MISFIT, disposition);
  if (!(needs & PROG_LOADABLE)) return verdict(Outcome.UNKNOWN_TYPE, disposition);
  return verdict(late(pre, Outcome.ALLOWED), disposition);
}

/** BTF_LOAD and BTF_GET_FD_BY_ID. */
function btf(world: usize, task: usize, token: usize, cmd: usize, pre: u32): u32 {
  if (pre == Pre.ATTR_EINVAL) return Outcome.ATTR_EINVAL;
  if (load<u8>(cmd, CMD_TOKEN_ROOM) == ROOM_REFUSED) {
    if (withoutRoom(token, pre)) return verdict(Outcome.TOKEN_NOT_TAKEN, Disposition.UNUSABLE);
  } else {
    const bad = unusable(pre);
    if (bad) return bad;
  }
  let disposition = countsFor(world, task, token, load<u8>(cmd, CMD_NUMBER));
  const capable = capableThrough(world, task, disposition == Disposition.USED ? token : 0);
  const cap: u32 = load<u8>(cmd, CMD_CAP);
  if (!(capable & cap)) return verdict(refusal(capable, cap, missingCapability(cap)), disposition);
  return verdict(late(pre, Outcome.ALLOWED), disposition);
}

/** PROG_ATTACH and LINK_CREATE: a cgroup_skb program asks CAP_NET_ADMIN through the token it was loaded with. */
function attachProg(world: usize, task: usize, token: usize, gate: u32, type: u32, attach: u32, pre: u32): u32 {
  const prog = (<usize>load<u32>(world, HEADER_PROG_TYPES)) + type * PROG_SIZE;
  const asks = load<u8>(prog, PROG_NEEDS) & PROG_CGROUP_SKB;
  let disposition: u32 = Disposition.NONE_GIVEN;
  let kept: usize = 0;
  if (token) {
    disposition = Disposition.DROPPED_CMD;
    if (asks) {
      disposition = allowCmd(token, PROG_LOAD);
      if (disposition == Disposition.USED) disposition = allowProgType(token, type, attach);
      if (disposition == Disposition.USED) {
        kept = token;
        if (!usernsAllows(world, task, token)) disposition = Disposition.DROPPED_USERNS;
      }
    }
  }
  if (pre == Pre.ATTR_EINVAL) return verdict(Outcome.ATTR_EINVAL, disposition);
  if (!asks) return verdict(late(pre, Outcome.DESCRIPTOR_DECIDES), disposition);

  const fits = (load<u64>(prog, PROG_FITS) >> attach) & 1;
  const capable = capableThrough(world, task, kept);
  if (gate == GATE_PROG_ATTACH) {
    if (!fits) return verdict(Outcome.ATTACH_TYPE_MISFIT, disposition);
    if (!(capable & CAPS_NET_ADMIN)) {
      const refused = (capable >> 4) & CAPS_NET_ADMIN;
      const outcome = refused ? Outcome.LSM_REFUSED_CAPABLE_EINVAL : Outcome.CAP_NET_ADMIN_MISSING_EINVAL;
      return verdict(outcome, disposition);
    }
  } else {
    if (!(capable & CAPS_NET_ADMIN)) {
      return verdict(refusal(capable, CAPS_NET_ADMIN, Outcome.CAP_NET_ADMIN_MISSING), disposition);
    }
    if (!fits) return verdict(Outcome.ATTACH_TYPE_MISFIT, disposition);
  }
  return verdict(late(pre, Outcome.ALLOWED), disposition);
}

/** Commands gated by a capability in the initial user namespace: no token can give it. */
function initCapability(task: usize, token: usize, cmd: usize, pre: u32): u32 {
  const first = load<u8>(cmd, CMD_PERMISSION_FIRST) != 0;
  const given = withoutRoom(token, pre);
  const refusesToken = load<u8>(cmd, CMD_TOKEN_ROOM) == ROOM_REFUSED;
  const disposition = refusesToken ? Disposition.NONE_GIVEN : given;
  if (!first) {
    if (pre == Pre.ATTR_EINVAL) return verdict(Outcome.ATTR_EINVAL, disposition);
    if (refusesToken && given) return verdict(Outcome.TOKEN_NOT_TAKEN, Disposition.UNUSABLE);
  }
  const cap: u32 = load<u8>(cmd, CMD_CAP);
  const caps: u32 = load<u8>(task, TASK_INIT_CAPS);
  // capable(CAP_SYS_ADMIN) has nothing to stand in for it; bpf_net_capable() has.
  const capable = cap == CAPS_SYS_ADMIN ? caps : withSysAdmin(caps);
  if (!(capable & cap)) return verdict(missingCapability(cap), disposition);
  if (first && pre == Pre.ATTR_EINVAL) return verdict(Outcome.ATTR_EINVAL, disposition);
  return verdict(late(pre, Outcome.ALLOWED), disposition);
}
