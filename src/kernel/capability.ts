import { CAP_SYS_ADMIN, CAPABILITY_NAMES } from '../abi/capabilities.js';
import type { SelinuxLabel } from './selinux.js';
import { selinuxCapable } from './selinux_capable.js';
import type { Trace } from './trace.js';
import type { UserNamespace } from './userns.js';

/** Who is asking. Ids are global. */
export interface Cred {
  readonly userns: UserNamespace;
  readonly euid: number;
  readonly egid: number;
  /** Bit n: capability number n is effective in `userns`. */
  readonly effective: bigint;
  /** Its domain, and the policy that decides of it, where SELinux is active. */
  readonly label?: SelinuxLabel;
}

/**
 * Whether `cred` has `cap` in the user namespace `target`.
 * Source: security/commoncap.c: cap_capable(), the same from 6.9 to 7.3.
 */
export function capCapable(cred: Cred, target: UserNamespace, cap: number, trace?: Trace): boolean {
  const fn = 'cap_capable';
  if (trace) trace.askedIn = target;
  for (let ns = target; ; ns = ns.parent as UserNamespace) {
    if (ns === cred.userns) {
      const raised = (cred.effective & (1n << BigInt(cap))) !== 0n;
      trace?.step(fn, raised, () =>
        ns === target
          ? `${capName(cap)} is ${raised ? '' : 'not '}in the effective set, in the caller's own userns ${ns.name}`
          : `${capName(cap)} is ${raised ? '' : 'not '}in the effective set in ${ns.name}, an ancestor of ${target.name}`,
      );
      return raised;
    }
    if (ns.level <= cred.userns.level) {
      trace?.step(fn, false, () =>
        target.level < cred.userns.level && cred.userns.isDescendantOf(target)
          ? `${capName(cap)} in ${cred.userns.name} does not count in ${target.name}, which lies above it`
          : `${capName(cap)} in ${cred.userns.name} does not count in ${target.name}: it is no ancestor`,
      );
      return false;
    }
    if (ns.parent === cred.userns && ns.owner === cred.euid) {
      const owned = ns;
      trace?.step(
        fn,
        true,
        () =>
          `euid ${cred.euid} owns ${owned.name} and is in its parent ${cred.userns.name}: it has ${capName(cap)}, as every capability`,
      );
      return true;
    }
  }
}

/** Source: kernel/capability.c: ns_capable(), security/security.c: security_capable(). */
export function nsCapable(cred: Cred, target: UserNamespace, cap: number, trace?: Trace): boolean {
  return capCapable(cred, target, cap, trace) && selinuxCapable(cred.label, cap, target.isInitial, trace);
}

/** The initial user namespace above a namespace. */
export function initialUserns(ns: UserNamespace): UserNamespace {
  return ns.ancestorAt(0) as UserNamespace;
}

/** ns_capable() in the initial user namespace. Source: kernel/capability.c: capable(). */
export function capable(cred: Cred, cap: number, trace?: Trace): boolean {
  return nsCapable(cred, initialUserns(cred.userns), cap, trace);
}

/** CAP_SYS_ADMIN stands in for every capability but itself. Source: kernel/bpf/token.c: bpf_ns_capable(). */
export function bpfNsCapable(cred: Cred, target: UserNamespace, cap: number, trace?: Trace): boolean {
  return (
    nsCapable(cred, target, cap, trace) || (cap !== CAP_SYS_ADMIN && nsCapable(cred, target, CAP_SYS_ADMIN, trace))
  );
}

export function capName(cap: number): string {
  return CAPABILITY_NAMES[cap] ?? `capability ${cap}`;
}
