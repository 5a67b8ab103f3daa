import { type Access, capabilityAccess, type SelinuxLabel } from './selinux.js';
import type { Trace } from './trace.js';

/** Whether a policy allows an access; the trace names the hook that asks, and keeps what was not allowed. */
export function hasPermission({ policy }: SelinuxLabel, access: Access, fn: string, trace?: Trace): boolean {
  const allowed = policy.allows(access);
  trace?.step(fn, allowed, () => `SELinux ${allowed ? 'allows' : 'does not allow'} ${policy.describe(access)}`);
  if (!allowed) trace?.refusedAccesses.push(access);
  return allowed;
}

/**
 * Whether a process may use a capability that it has, in the initial user namespace or in another one. Source:
 * security/selinux/hooks.c: selinux_capable(), cred_has_capability().
 */
export function selinuxCapable(
  label: SelinuxLabel | undefined,
  cap: number,
  isInitial: boolean,
  trace?: Trace,
): boolean {
  if (!label) return true;
  const access = capabilityAccess(label.domain, label.domain, cap, isInitial);
  return hasPermission(label, access, 'selinux_capable', trace);
}
