import { ERRNO } from '../abi/errno.js';
import { Outcome } from '../abi/verdict.js';
import type { Cred } from './capability.js';
import type { KernelContext } from './context.js';
import { type Access, type BpfPermission, capabilityAccess, type SelinuxLabel } from './selinux.js';
import { hasPermission } from './selinux_capable.js';
import type { BpfToken } from './token.js';
import type { Trace } from './trace.js';

// The hooks of SELinux that bpf() meets. Source: security/selinux/hooks.c of 6.12 and 7.3; the functions are named in the trace.

/**
 * security_bpf(), before the command itself: 0, or -EACCES. From 7.0 on a policy with bpf_token_perms leaves it to the hooks
 * that know the token.
 */
export function selinuxBpf({ profile }: KernelContext, { label }: Cred, cmd: string, trace?: Trace): number {
  const permission = permissionOfCommand(cmd);
  if (!label || !permission) return 0;
  const fn = 'selinux_bpf';
  if (profile.rules.selinux_token_hooks && label.policy.bpfTokenPerms) {
    trace?.step(fn, true, () => 'the policy has bpf_token_perms: the check is left to the hooks that know the token');
    return 0;
  }
  return own(label, permission, fn, trace);
}

/** A map or a program, and what its descriptor is for (bpf_map_new_fd(), bpf_prog_new_fd()). */
export interface CreatedObject {
  readonly cmd: 'map_create' | 'prog_load';
  readonly descriptor: readonly BpfPermission[];
}

/**
 * What SELinux asks once a map is made or a program is about to be verified: 0, or -EACCES. Where a token counts, the domain
 * that created its bpffs is the source (of maps from 7.0 on, of programs from 7.3 on: before that the hook is called when
 * bpf_prog_load() has moved the token to the program, and gets none), and the caller's the target.
 */
export function selinuxObject(
  { profile }: KernelContext,
  { label }: Cred,
  token: BpfToken | null,
  { cmd, descriptor }: CreatedObject,
  trace?: Trace,
): number {
  if (!label) return 0;
  if (profile.rules.selinux_token_hooks) {
    const isByToken = cmd === 'map_create' || profile.rules.selinux_prog_load_by_token;
    const source = token && isByToken ? token.grantor : label.domain;
    const access: Access = { source, target: label.domain, class: 'bpf', permission: cmd };
    const fn = `selinux_bpf_${cmd}`;
    if (!hasPermission(label, access, fn, trace)) return refuseObject(trace);
  }
  const fn = cmd === 'prog_load' ? 'selinux_bpf_prog' : 'selinux_bpf_map';
  return descriptor.reduce((refused, permission) => refused || own(label, permission, fn, trace), 0);
}

/** selinux_bpf_token_create(): 0, or -EACCES. It asks whether or not the policy has bpf_token_perms. */
export function selinuxTokenCreate(
  { profile }: KernelContext,
  { label }: Cred,
  token: BpfToken,
  trace?: Trace,
): number {
  if (!label || !profile.rules.selinux_token_hooks) return 0;
  for (const cmd of ['map_create', 'prog_load'] as const) {
    const bit = BigInt(profile.vocabulary.require('cmds', cmd));
    if (((token.allowed.cmds >> bit) & 1n) === 0n) continue;
    const access: Access = { source: label.domain, target: token.grantor, class: 'bpf', permission: `${cmd}_as` };
    const fn = 'selinux_bpf_token_create';
    trace?.step(fn, true, () => `${cmd} is delegated`);
    if (!hasPermission(label, access, fn, trace)) return -ERRNO.EACCES;
  }
  return 0;
}

/** selinux_bpf_token_capable(): whether a capability counts through the token. */
export function selinuxTokenCapable(
  { profile }: KernelContext,
  { label }: Cred,
  token: BpfToken,
  cap: number,
  trace?: Trace,
): boolean {
  if (!label || !profile.rules.selinux_token_hooks) return true;
  const access = capabilityAccess(label.domain, token.grantor, cap, token.userns.isInitial);
  return hasPermission(label, access, 'selinux_bpf_token_capable', trace);
}

/** A check of the caller's domain against itself. */
function own(label: SelinuxLabel, permission: BpfPermission, fn: string, trace?: Trace): number {
  const { domain } = label;
  const access: Access = { source: domain, target: domain, class: 'bpf', permission };
  return hasPermission(label, access, fn, trace) ? 0 : refuseObject(trace);
}

function refuseObject(trace?: Trace): number {
  return trace?.refuse(Outcome.CREATE_LSM_REFUSED, ERRNO.EACCES) ?? -ERRNO.EACCES;
}

function permissionOfCommand(cmd: string): 'map_create' | 'prog_load' | undefined {
  return cmd === 'map_create' || cmd === 'prog_load' ? cmd : undefined;
}
