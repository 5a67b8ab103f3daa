import { BPF_F_TOKEN_FD } from '../abi/bpf.js';
import { CAP_BPF, CAP_SYS_ADMIN } from '../abi/capabilities.js';
import { ERRNO } from '../abi/errno.js';
import { Disposition, Fault, Outcome } from '../abi/verdict.js';
import { type BpfAttr, checkAttr, checkLate, givenToken, type TokenField } from './attr.js';
import type { KernelContext } from './context.js';
import { missingCapability, requireCapability } from './permission.js';
import type { Task } from './task.js';
import { bpfTokenAllowCmd } from './token_checks.js';
import type { Trace } from './trace.js';

/** BPF_BTF_LOAD: a descriptor, or a negated errno. Source: kernel/bpf/syscall.c: bpf_btf_load(). */
export function btfLoad(kernel: KernelContext, task: Task, cmd: number, attr: BpfAttr, trace?: Trace): number {
  const field = { flags: attr.btf_flags ?? 0, fd: attr.btf_token_fd ?? 0 };
  return btfCommand(kernel, task, cmd, attr, field, CAP_BPF, 'bpf_btf_load', trace);
}

/**
 * BPF_BTF_GET_FD_BY_ID: a descriptor, or a negated errno. Before 6.15 it takes no token: EINVAL.
 * Source: kernel/bpf/syscall.c: bpf_btf_get_fd_by_id().
 */
export function btfGetFdById(kernel: KernelContext, task: Task, cmd: number, attr: BpfAttr, trace?: Trace): number {
  const fn = 'bpf_btf_get_fd_by_id';
  const field = { flags: attr.open_flags ?? 0, fd: attr.fd_by_id_token_fd ?? 0 };
  const takesToken = kernel.profile.rules.btf_get_fd_by_id_takes_token;
  if (!takesToken && attr.fault !== Fault.ATTR_EINVAL && ((field.flags & BPF_F_TOKEN_FD) !== 0 || field.fd !== 0)) {
    return refuseToken(kernel, fn, trace);
  }
  const usable = takesToken ? field : { flags: 0, fd: 0 };
  return btfCommand(kernel, task, cmd, attr, usable, CAP_SYS_ADMIN, fn, trace);
}

/** EINVAL for a token where a command's attribute check sees one and does not know it. */
export function refuseToken(kernel: KernelContext, fn: string, trace?: Trace): number {
  if (trace) trace.disposition = Disposition.UNUSABLE;
  trace?.step(fn, false, () => `the command takes no token in ${kernel.profile.name}`);
  return trace?.refuse(Outcome.TOKEN_NOT_TAKEN, ERRNO.EINVAL) ?? -ERRNO.EINVAL;
}

function btfCommand(
  kernel: KernelContext,
  task: Task,
  cmd: number,
  attr: BpfAttr,
  field: TokenField,
  cap: number,
  fn: string,
  trace?: Trace,
): number {
  const { cred, files } = task;
  const bad = checkAttr(attr, fn, trace);
  if (bad) return bad;
  const given = givenToken(kernel.profile.rules, files, field, trace);
  if (typeof given === 'number') return given;
  const token = given !== null && bpfTokenAllowCmd(kernel, cred, given, cmd, trace) ? given : null;
  const denied = requireCapability(kernel, cred, token, cap, missingCapability(cap), trace);
  if (denied) return denied;
  return checkLate(attr, fn, trace) || files.open({ kind: 'btf' });
}
