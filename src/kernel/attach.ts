import { CAP_NET_ADMIN } from '../abi/capabilities.js';
import { ERRNO } from '../abi/errno.js';
import { Outcome } from '../abi/verdict.js';
import { isCgroupSkbAttachType } from './attach_types.js';
import { type BpfAttr, checkAttr, checkLate } from './attr.js';
import type { KernelContext } from './context.js';
import type { BpfProg } from './files.js';
import { requireCapability } from './permission.js';
import type { Task } from './task.js';
import type { Trace } from './trace.js';

/**
 * BPF_PROG_ATTACH, as far as permission goes: 0, or a negated errno.
 * A program that is not cgroup_skb goes by its descriptor. What bpf_prog_attach_check_attach_type() answers for a
 * cgroup_skb program, bpf_prog_attach() returns as EINVAL, a missing CAP_NET_ADMIN too.
 * Source: kernel/bpf/syscall.c: bpf_prog_attach().
 */
export function progAttach(kernel: KernelContext, task: Task, attr: BpfAttr, trace?: Trace): number {
  const fn = 'bpf_prog_attach';
  const bad = checkAttr(attr, fn, trace);
  if (bad) return bad;
  const prog = cgroupSkbProg(kernel, task, attr);
  if (typeof prog === 'number') return badProg(prog, fn, trace);
  if (!prog) return byDescriptor(attr, fn, trace);
  if (!isCgroupSkbAttachType(kernel.profile.vocabulary, attr.attach_type ?? 0))
    return mismatch(kernel, attr, fn, trace);
  if (requireNetAdmin(kernel, task, prog, trace)) {
    trace?.step(fn, false, () => 'bpf_prog_attach returns EINVAL for it, not EPERM');
    const hidden =
      trace?.outcome === Outcome.LSM_REFUSED_CAPABLE
        ? Outcome.LSM_REFUSED_CAPABLE_EINVAL
        : Outcome.CAP_NET_ADMIN_MISSING_EINVAL;
    return trace?.refuse(hidden, ERRNO.EINVAL) ?? -ERRNO.EINVAL;
  }
  return checkLate(attr, fn, trace);
}

/**
 * BPF_LINK_CREATE, as far as permission goes: 0, or a negated errno. Source: kernel/bpf/syscall.c: link_create().
 * Here the capability comes before the attach type, and its EPERM is returned as it is.
 */
export function linkCreate(kernel: KernelContext, task: Task, attr: BpfAttr, trace?: Trace): number {
  const fn = 'link_create';
  const bad = checkAttr(attr, fn, trace);
  if (bad) return bad;
  const prog = cgroupSkbProg(kernel, task, attr);
  if (typeof prog === 'number') return badProg(prog, fn, trace);
  if (!prog) return byDescriptor(attr, fn, trace);
  const denied = requireNetAdmin(kernel, task, prog, trace);
  if (denied) return denied;
  if (!isCgroupSkbAttachType(kernel.profile.vocabulary, attr.attach_type ?? 0))
    return mismatch(kernel, attr, fn, trace);
  return checkLate(attr, fn, trace);
}

/** The cgroup_skb program to attach; null for one of another type; a negated errno for what is no program. */
function cgroupSkbProg(kernel: KernelContext, task: Task, attr: BpfAttr): BpfProg | null | number {
  const file = task.files.fdget(attr.prog_fd ?? 0);
  if (!file) return -ERRNO.EBADF;
  if (file.kind !== 'prog') return -ERRNO.EINVAL;
  const cgroupSkb = kernel.profile.vocabulary.require('prog_types', 'cgroup_skb');
  return file.prog.type === cgroupSkb ? file.prog : null;
}

/** Source: kernel/bpf/syscall.c: bpf_prog_attach_check_attach_type(): the program's own token, the attaching task's credentials. */
function requireNetAdmin(kernel: KernelContext, task: Task, prog: BpfProg, trace?: Trace): number {
  trace?.step('bpf_prog_attach_check_attach_type', true, () =>
    prog.token
      ? `attaching a cgroup_skb program asks CAP_NET_ADMIN, through the token it was loaded with (${prog.token.name})`
      : 'attaching a cgroup_skb program asks CAP_NET_ADMIN; it was loaded without a token that counted',
  );
  return requireCapability(kernel, task.cred, prog.token, CAP_NET_ADMIN, Outcome.CAP_NET_ADMIN_MISSING, trace);
}

function byDescriptor(attr: BpfAttr, fn: string, trace?: Trace): number {
  if (trace) trace.outcome = Outcome.NO_PERMISSION_NEEDED;
  trace?.step(fn, true, () => 'no permission is asked: the program descriptor decides');
  return checkLate(attr, fn, trace);
}

function mismatch(kernel: KernelContext, attr: BpfAttr, fn: string, trace?: Trace): number {
  const name = kernel.profile.vocabulary.nameOf('attach_types', attr.attach_type ?? 0);
  trace?.step(fn, false, () => `a cgroup_skb program cannot be attached as ${name}`);
  return trace?.refuse(Outcome.ATTACH_TYPE_MISMATCH, ERRNO.EINVAL) ?? -ERRNO.EINVAL;
}

function badProg(errno: number, fn: string, trace?: Trace): number {
  trace?.step(fn, false, () =>
    errno === -ERRNO.EBADF ? 'the descriptor is not open' : 'the descriptor is no program',
  );
  return trace?.refuse(errno === -ERRNO.EBADF ? Outcome.FD_EBADF : Outcome.ATTR_EINVAL, -errno) ?? errno;
}
