// A permission set: all that one task may do with one token, as sets of 64 bits. A set has two parts: numbers for which the
// token counts and the others. The allowed numbers of each part are in a table by capabilities.

import {
  CAPS_ALL,
  CMD_ALLOWED,
  CMD_BTF_GET_FD_BY_ID,
  CMD_BTF_LOAD,
  CMD_MAP_CREATE,
  CMD_NOT_DENIED,
  CMD_PROG_LOAD,
  NO_ID,
  OUT_ATTACHS,
  OUT_CGROUP_SKB,
  OUT_CMDS,
  OUT_DESCRIPTOR,
  OUT_MAPS,
  OUT_PROGS,
  OUT_SIZE,
  PROG_TYPE_CGROUP_SKB,
  RULE_TOKEN_NEEDS_OWN_USERNS,
  PERMISSION_CMDS,
  PERMISSION_DESCRIPTOR,
  PERMISSION_FITS,
  PERMISSION_MAPS,
  PERMISSION_EFFECTIVE_ATTACH_TYPE,
  PERMISSION_PROGS,
  PERMISSION_REFUSING,
  PERMISSION_TYPES,
  TASK_SIZE,
  TOKEN_ATTACHS,
  TOKEN_CMDS,
  TOKEN_MAPS,
  TOKEN_PROGS,
  TOKEN_SIZE,
  WORLD_RULES,
  WORLD_SELINUX,
  WORLD_TASK_COUNT,
  WORLD_TOKEN_COUNT,
} from '../src/abi/memory_layout';
import { Disposition, DISPOSITION_SHIFT } from '../src/abi/verdict';
import { toBit } from './branchless';
import { capableThrough, isOwnUserns, namespaceRelation } from './capable';
import { underSelinux } from './selinux';

/** The two bits of TOKEN_CMDS that the first command of TOKEN_COMMANDS needs. */
const BOTH: u32 = CMD_ALLOWED | CMD_NOT_DENIED;
/** The capability that only attaching a cgroup_skb program requires: CAPS_NET_ADMIN. */
const NET_ADMIN_BIT: u32 = 1;

/** Writes the permission set of a task and a token (NO_ID for none) to `out`; empty sets for ids that do not exist. */
export function permissionSetOf(taskId: u32, tokenId: u32, out: usize): void {
  const given = tokenId != NO_ID;
  if (taskId >= load<u32>(WORLD_TASK_COUNT) || (given && tokenId >= load<u32>(WORLD_TOKEN_COUNT))) {
    memory.fill(out, 0, OUT_SIZE);
    return;
  }
  const task = taskId * TASK_SIZE;
  const token = tokenId * TOKEN_SIZE;
  const relation = namespaceRelation(task, token);
  // The capabilities of the task where the token counts, and where it does not.
  const within = capableThrough(task, token, relation, 1, false) & CAPS_ALL;
  const without = capableThrough(task, token, relation, 0, false) & CAPS_ALL;
  const isOwn = !(load<u32>(WORLD_RULES) & RULE_TOKEN_NEEDS_OWN_USERNS) || isOwnUserns(task, token, relation);
  const permitted: u32 = load<u8>(token, TOKEN_CMDS);
  const usable: u32 = isOwn ? permitted : 0;

  const makesWithin = objectsAllowed(task, token, true);
  const makesWithout = objectsAllowed(task, token, false);
  const mapsWithin = setBy(PERMISSION_MAPS, within) & everyIf(makesWithin & 1);
  const mapsWithout = setBy(PERMISSION_MAPS, without) & everyIf(makesWithout & 1);
  const maps = split(permits(usable, 0) & load<u64>(token, TOKEN_MAPS), mapsWithin, mapsWithout);
  store<u64>(out, maps, OUT_MAPS);
  const progsWithin = setBy(PERMISSION_PROGS, within) & everyIf(makesWithin >> 1);
  const progsWithout = setBy(PERMISSION_PROGS, without) & everyIf(makesWithout >> 1);
  const progs = writeAttachs(token, permits(usable, 1), progsWithin, progsWithout, out);
  store<u64>(out, progs, OUT_PROGS);

  const btf = (permits(usable, 2) & bit(CMD_BTF_LOAD)) | (permits(usable, 3) & bit(CMD_BTF_GET_FD_BY_ID));
  let cmds = split(btf, setBy(PERMISSION_CMDS, within), setBy(PERMISSION_CMDS, without));
  if (given) cmds &= ~load<u64>(PERMISSION_REFUSING);
  cmds &= ~(bit(CMD_MAP_CREATE) | bit(CMD_PROG_LOAD));
  if (maps) cmds |= bit(CMD_MAP_CREATE);
  if (progs) cmds |= bit(CMD_PROG_LOAD);
  store<u64>(out, cmds, OUT_CMDS);
  store<u64>(out, load<u64>(PERMISSION_DESCRIPTOR), OUT_DESCRIPTOR);

  // The program's token does not depend on the loader's user namespace.
  const kept = permits(permitted, 1) & everyIf((load<u64>(token, TOKEN_PROGS) >> PROG_TYPE_CGROUP_SKB) & 1);
  const through = isOwn ? kept & load<u64>(token, TOKEN_ATTACHS) : 0;
  const attachs = split(through, everyIf((within >> NET_ADMIN_BIT) & 1), everyIf((without >> NET_ADMIN_BIT) & 1));
  store<u64>(out, attachs & load<u64>(PROG_TYPE_CGROUP_SKB << 3, PERMISSION_FITS), OUT_CGROUP_SKB);
}

/** 1 where SELinux allows a task its maps, and 2 its programs; `counts`: through the token. */
function objectsAllowed(task: usize, token: usize, counts: boolean): u32 {
  if (!load<u32>(WORLD_SELINUX)) return 3;
  const verdict: u32 = counts ? Disposition.USED << DISPOSITION_SHIFT : 0;
  const map = toBit(underSelinux(verdict, task, token, CMD_MAP_CREATE) == verdict);
  return map | (toBit(underSelinux(verdict, task, token, CMD_PROG_LOAD) == verdict) << 1);
}

/** Writes what PROG_LOAD allows by program type, two at a time. Returns the types that it allows with any attach type. */
// @ts-ignore: decorator
@inline
function writeAttachs(token: usize, isPermitted: u64, within: u64, without: u64, out: usize): u64 {
  const types = isPermitted & load<u64>(token, TOKEN_PROGS);
  const attachs = i64x2.splat(load<u64>(token, TOKEN_ATTACHS));
  const zero = i64x2(1, 1);
  const none = i64x2(0, 0);
  const count: usize = load<u32>(PERMISSION_TYPES);
  let bits = i64x2(1, 2);
  let progs = none;
  let at: usize = 0;
  for (; at < count << 3; at += 16) {
    // Attach type 0 can stand for another one.
    const effective = v128.andnot(zero, i64x2.eq(v128.and(attachs, v128.load(at, PERMISSION_EFFECTIVE_ATTACH_TYPE)), none));
    const through = v128.and(have(types, bits), v128.bitselect(effective, attachs, zero));
    const allowed = v128.bitselect(have(within, bits), have(without, bits), through);
    const row = v128.and(allowed, v128.load(at, PERMISSION_FITS));
    v128.store(out + at, row, OUT_ATTACHS);
    progs = v128.or(progs, v128.andnot(bits, i64x2.eq(row, none)));
    bits = i64x2.shl(bits, 2);
  }
  // Types that the release does not know.
  memory.fill(out + OUT_ATTACHS + at, 0, <usize>(OUT_SIZE - OUT_ATTACHS) - <usize>at);
  return i64x2.extract_lane(progs, 0) | i64x2.extract_lane(progs, 1);
}

/** All bits set where a set has the number, else 0; for two numbers. */
// @ts-ignore: decorator
@inline
function have(set: u64, bits: v128): v128 {
  return i64x2.eq(v128.and(i64x2.splat(set), bits), bits);
}

/** The bits of `counts` from `within`, the others from `without`. */
// @ts-ignore: decorator
@inline
function split(counts: u64, within: u64, without: u64): u64 {
  return without ^ ((within ^ without) & counts);
}

/** A set of a table by capabilities. */
// @ts-ignore: decorator
@inline
function setBy(table: usize, caps: u32): u64 {
  return load<u64>(table + (caps << 3));
}

/** All bits set where a token's bits permit the nth of TOKEN_COMMANDS, else 0. */
// @ts-ignore: decorator
@inline
function permits(cmds: u32, n: u32): u64 {
  return everyIf(((cmds >> (2 * n)) & BOTH) == BOTH ? 1 : 0);
}

/** All bits set for 1, 0 for 0. */
// @ts-ignore: decorator
@inline
function everyIf(one: u64): u64 {
  return 0 - one;
}

// @ts-ignore: decorator
@inline
function bit(number: u32): u64 {
  return (<u64>1) << number;
}
