// The fast path: a request whose requirement row says everything, without a branch.

import { DISPOSITION_SHIFT, Outcome } from '../src/abi/verdict';
import {
  CAPS_BPF,
  CMD_MAP_CREATE,
  CMD_PROG_LOAD,
  OUTCOMES_OF_CAPABILITY,
  OUTCOMES_OF_UNPRIV_DISABLED,
  REQ_ANY_USERNS,
  REQ_FLAGS,
  REQ_HIGH_MAP_CREATE,
  REQ_HIGH_OTHERS,
  REQ_NEEDS,
  REQ_OUTCOME_IF_CAPABLE,
  REQ_SIZE,
  REQ_UNPRIV_DISABLED,
  TYPE_ROWS,
  WORLD_OUTCOMES,
} from '../src/abi/memory_layout';
import { capableThrough, isOwnUserns, namespaceRelation, selectBits } from './capable';
import { toBit } from './branchless';
import { dispositionOf, dropReasons } from './token';

export const BPF_MAXINSNS: u32 = 4096;
export const BPF_COMPLEXITY_LIMIT_INSNS: u32 = 1_000_000;
/** Flag above the verdict byte in the result of decideRow(): the caller has CAP_BPF. */
export const HAS_BPF: u32 = 256;

// @ts-ignore: decorator
@inline
export function verdict(outcome: u32, disposition: u32): u32 {
  return outcome | (disposition << DISPOSITION_SHIFT);
}

/** The row of the requirement table for a request, in bytes from its start. Every number must be at most LAST_TYPE. */
// @ts-ignore: decorator
@inline
export function requirementOf(cmd: u32, type: u32, attach: u32): usize {
  const isProgLoad = toBit(cmd == CMD_PROG_LOAD);
  const isMapCreate = toBit(cmd == CMD_MAP_CREATE);
  const high = selectBits(isProgLoad, type, REQ_HIGH_OTHERS - isMapCreate * (REQ_HIGH_OTHERS - REQ_HIGH_MAP_CREATE));
  const low = selectBits(isProgLoad, attach, selectBits(isMapCreate, type, cmd));
  return (high * TYPE_ROWS + low) * REQ_SIZE;
}

/** Whether the limit of instructions allows the count both with and without CAP_BPF. */
// @ts-ignore: decorator
@inline
export function isSimpleCount(insnCnt: u32): boolean {
  return insnCnt - 1 < BPF_MAXINSNS;
}

/**
 * The verdict byte, and HAS_BPF, of a request without a fault, with at most BPF_MAXINSNS instructions, whose requirement row
 * lacks REQ_BY_COMMAND_CLASS. No branch depends on the request. `hasStandardRules` is a constant: true omits the checks that
 * WORLD_HAS_STANDARD_RULES makes unnecessary.
 */
// @ts-ignore: decorator
@inline
export function decideRow(task: usize, token: usize, requirement: usize, hasStandardRules: boolean): u32 {
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
