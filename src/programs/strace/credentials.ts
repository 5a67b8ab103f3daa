import { CAP_FULL_SET } from '../../abi/capabilities.js';
import type { UserNamespace } from '../../kernel/userns.js';

/** What a process may do, as far as the log shows it. */
export interface LogCredentials {
  readonly userns: UserNamespace;
  /** As its own user namespace numbers it. */
  readonly euid: number;
  /** As the initial user namespace numbers it: that of the process that made the user namespace, where the log does not show the map. */
  readonly globalEuid: number;
  readonly permitted: bigint;
  readonly effective: bigint;
  readonly inheritable: bigint;
  readonly ambient: bigint;
  readonly bounding: bigint;
  /** PR_SET_KEEPCAPS. */
  readonly keepsCaps: boolean;
  /** The log shows the capabilities; otherwise they are those that were assumed. */
  readonly isShown: boolean;
}

const ROOT = 0;

/** A process that starts with a set of capabilities. */
export function startCredentials(
  userns: UserNamespace,
  euid: number,
  effective: bigint,
  isShown: boolean,
): LogCredentials {
  return {
    userns,
    euid,
    globalEuid: euid,
    permitted: effective,
    effective,
    inheritable: 0n,
    ambient: 0n,
    bounding: euid === ROOT ? effective : CAP_FULL_SET,
    keepsCaps: false,
    isShown,
  };
}

/** In another user namespace, which it made or entered: every capability there (kernel/user_namespace.c: set_cred_user_ns()). */
export function inUserns(cred: LogCredentials, userns: UserNamespace): LogCredentials {
  return {
    ...cred,
    userns,
    permitted: CAP_FULL_SET,
    effective: CAP_FULL_SET,
    inheritable: 0n,
    ambient: 0n,
    bounding: CAP_FULL_SET,
    keepsCaps: false,
    isShown: true,
  };
}

/**
 * With another effective uid. From root to another: no effective capabilities, and no permitted ones unless they are kept; back to root: those
 * that are permitted. Source: security/commoncap.c: cap_emulate_setxuid().
 */
export function withEuid(cred: LogCredentials, euid: number): LogCredentials {
  const isFromRoot = cred.euid === ROOT && euid !== ROOT;
  if (!isFromRoot) {
    const effective = cred.euid !== ROOT && euid === ROOT ? cred.permitted : cred.effective;
    return { ...cred, euid, globalEuid: globalOf(cred, euid), effective };
  }
  const permitted = cred.keepsCaps ? cred.permitted : 0n;
  return {
    ...cred,
    euid,
    globalEuid: globalOf(cred, euid),
    effective: 0n,
    permitted,
    ambient: cred.keepsCaps ? cred.ambient : 0n,
  };
}

/** In the initial user namespace a uid is what it is; in others its map would tell. */
function globalOf(cred: LogCredentials, euid: number): number {
  return cred.userns.isInitial ? euid : cred.globalEuid;
}

/**
 * After execve() of a program without file capabilities: root gets what its bounding set and its inheritable set allow, others keep what is
 * ambient. Source: security/commoncap.c: cap_bprm_creds_from_file().
 */
export function afterExec(cred: LogCredentials): LogCredentials {
  const caps = cred.euid === ROOT ? cred.bounding | cred.inheritable : cred.ambient;
  // The capabilities of a process that was not seen to start are those that were assumed of it.
  if (!cred.isShown) return cred;
  return { ...cred, permitted: caps, effective: caps, keepsCaps: false };
}

export interface CapabilitySets {
  readonly effective: bigint;
  readonly permitted: bigint;
  readonly inheritable: bigint;
}

export function afterCapset(cred: LogCredentials, sets: CapabilitySets): LogCredentials {
  return { ...cred, ...sets, ambient: cred.ambient & sets.permitted & sets.inheritable, isShown: true };
}
