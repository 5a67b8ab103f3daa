// What SELinux decides of a request, by the domains of its task and of its token's bpffs. Only worlds with SELinux come here.

import { Disposition, DISPOSITION_SHIFT, Outcome, OUTCOME_MASK } from '../src/abi/verdict';
import {
  CMD_MAP_CREATE,
  CMD_PROG_LOAD,
  MAX_SELINUX_DOMAINS,
  SELINUX_FLAGS,
  SELINUX_INIT_REFUSED_CAPS,
  SELINUX_MAP_EARLY,
  SELINUX_MAP_LATE,
  SELINUX_OWNER_CAPS,
  SELINUX_PAIR_SIZE,
  SELINUX_PROG_EARLY,
  SELINUX_PROG_LATE,
  SELINUX_REFUSED_CAPS,
  TASK_CAPS,
  TASK_DOMAIN,
  TASK_INIT_CAPS,
  TOKEN_GRANTOR,
  TOKEN_LEVEL,
} from '../src/abi/memory_layout';
import { toBit } from './branchless';

/** The row of a pair of domains: the task's, and the one that created the token's bpffs. */
function pairOf(task: usize, grantor: u32): usize {
  return (<usize>load<u8>(task, TASK_DOMAIN) * MAX_SELINUX_DOMAINS + grantor) * SELINUX_PAIR_SIZE;
}

/** Which of the four capabilities a task has in the token's user namespace; `relation` as namespaceRelation() returns it. */
export function capsUnderSelinux(task: usize, token: usize, relation: u32): u32 {
  const isInitial = load<u8>(token, TOKEN_LEVEL) == 0;
  const own: u32 = isInitial ? load<u8>(task, TASK_INIT_CAPS) : load<u8>(task, TASK_CAPS);
  const asOwner = <u32>load<u8>(pairOf(task, 0), SELINUX_OWNER_CAPS) & (0 - toBit(!(relation >> 16)));
  return (own | asOwner) & (0 - toBit(!(relation & 0xffff)));
}

/** The capabilities that bpf_token_capable of SELinux refuses a task through a token, as CAPS_* bits. */
export function capsRefusedBySelinux(task: usize, token: usize): u32 {
  const pair = pairOf(task, load<u8>(token, TOKEN_GRANTOR));
  return load<u8>(token, TOKEN_LEVEL) == 0 ? load<u8>(pair, SELINUX_INIT_REFUSED_CAPS) : load<u8>(pair, SELINUX_REFUSED_CAPS);
}

/** The verdict of a request by what is decided without the checks of maps and programs themselves. */
export function underSelinux(decided: u32, task: usize, token: usize, cmd: u32): u32 {
  if (cmd != CMD_MAP_CREATE && cmd != CMD_PROG_LOAD) return decided;
  const outcome = decided & OUTCOME_MASK;
  const own = pairOf(task, load<u8>(task, TASK_DOMAIN));
  const early: u32 = cmd == CMD_MAP_CREATE ? SELINUX_MAP_EARLY : SELINUX_PROG_EARLY;
  if (outcome != Outcome.ATTR_E2BIG && load<u8>(own, SELINUX_FLAGS) & early) return Outcome.CREATE_LSM_REFUSED;
  if (outcome != Outcome.ALLOWED) return decided;
  const late: u32 = cmd == CMD_MAP_CREATE ? SELINUX_MAP_LATE : SELINUX_PROG_LATE;
  const counts = decided >> DISPOSITION_SHIFT == Disposition.USED;
  const pair = counts ? pairOf(task, load<u8>(token, TOKEN_GRANTOR)) : own;
  return load<u8>(pair, SELINUX_FLAGS) & late ? (decided & ~OUTCOME_MASK) | Outcome.CREATE_LSM_REFUSED : decided;
}
