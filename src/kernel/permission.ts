import { CAP_BPF, CAP_NET_ADMIN, CAP_PERFMON } from '../abi/capabilities.js';
import { ERRNO } from '../abi/errno.js';
import { Outcome } from '../abi/verdict.js';
import type { Cred } from './capability.js';
import type { KernelContext } from './context.js';
import type { BpfToken } from './token.js';
import { bpfTokenCapable } from './token_checks.js';
import type { Trace } from './trace.js';

/** The reason that goes with a missing capability. */
export function missingCapability(cap: number): Outcome {
  switch (cap) {
    case CAP_BPF:
      return Outcome.CAP_BPF_MISSING;
    case CAP_NET_ADMIN:
      return Outcome.CAP_NET_ADMIN_MISSING;
    case CAP_PERFMON:
      return Outcome.CAP_PERFMON_MISSING;
    default:
      return Outcome.CAP_SYS_ADMIN_MISSING;
  }
}

/** Demands a capability through the token (if one counts): 0, or -EPERM with the reason noted. */
export function requireCapability(
  context: KernelContext,
  cred: Cred,
  token: BpfToken | null,
  cap: number,
  missing: Outcome = missingCapability(cap),
  trace?: Trace,
): number {
  const answer = bpfTokenCapable(context, cred, token, cap, trace);
  if (answer === 'yes') return 0;
  if (trace) trace.capability = cap;
  const outcome = answer === 'lsm_refused' ? Outcome.LSM_REFUSED_CAPABLE : missing;
  return trace?.refuse(outcome, ERRNO.EPERM) ?? -ERRNO.EPERM;
}
