// The bitmask checker: whether a token counts for a request, and if not, what dropped it.

import { Disposition } from '../src/abi/verdict';
import {
  HEADER_RULES,
  RULE_TOKEN_NEEDS_OWN_USERNS,
  TASK_USERNS,
  TOKEN_ATTACHS,
  TOKEN_CMDS,
  TOKEN_DENIED_CMDS,
  TOKEN_MAPS,
  TOKEN_PROGS,
  TOKEN_USERNS,
} from '../src/engine/layout';

function hasBit(mask: u64, bit: u32): bool {
  return <bool>((mask >> bit) & 1);
}

/** Whether the caller is where the token may be used at all. */
export function usernsAllows(world: usize, task: usize, token: usize): bool {
  return (
    !(load<u32>(world, HEADER_RULES) & RULE_TOKEN_NEEDS_OWN_USERNS) ||
    load<u16>(task, TASK_USERNS) == load<u16>(token, TOKEN_USERNS)
  );
}

/** Whether a token (0: none) counts for a command, from the caller on. Mirrors bpf_token_allow_cmd(). */
export function countsFor(world: usize, task: usize, token: usize, cmd: u32): u32 {
  if (!token) return Disposition.NONE_GIVEN;
  return usernsAllows(world, task, token) ? allowCmd(token, cmd) : Disposition.DROPPED_USERNS;
}

/** The command's bit, and the LSM's word on it: bpf_token_allow_cmd() after the user namespace test. */
export function allowCmd(token: usize, cmd: u32): u32 {
  if (!hasBit(load<u64>(token, TOKEN_CMDS), cmd)) return Disposition.DROPPED_CMD;
  if (hasBit(load<u64>(token, TOKEN_DENIED_CMDS), cmd)) return Disposition.DROPPED_LSM;
  return Disposition.USED;
}

/** Mirrors bpf_token_allow_map_type(). */
export function allowMapType(token: usize, type: u32): u32 {
  return hasBit(load<u64>(token, TOKEN_MAPS), type) ? Disposition.USED : Disposition.DROPPED_TYPE;
}

/** Mirrors bpf_token_allow_prog_type(). */
export function allowProgType(token: usize, type: u32, attachType: u32): u32 {
  if (!hasBit(load<u64>(token, TOKEN_PROGS), type)) return Disposition.DROPPED_TYPE;
  return hasBit(load<u64>(token, TOKEN_ATTACHS), attachType) ? Disposition.USED : Disposition.DROPPED_ATTACH_TYPE;
}
