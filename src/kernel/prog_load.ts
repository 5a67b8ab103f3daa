import { BPF_COMPLEXITY_LIMIT_INSNS, BPF_MAXINSNS } from '../abi/bpf.js';
import { CAP_BPF, CAP_NET_ADMIN, CAP_PERFMON } from '../abi/capabilities.js';
import { ERRNO } from '../abi/errno.js';
import { Outcome } from '../abi/verdict.js';
import { attachTypeFits, fixupAttachType } from './attach_types.js';
import { type BpfAttr, checkAttr, checkLate, givenToken } from './attr.js';
import type { KernelContext } from './context.js';
import { missingCapability, requireCapability } from './permission.js';
import { isLoadableProgType, progTypeNeeds } from './prog_types.js';
import { selinuxObject } from './selinux_hooks.js';
import type { Task } from './task.js';
import { bpfTokenAllowCmd, bpfTokenAllowProgType, bpfTokenCapable } from './token_checks.js';
import type { Trace } from './trace.js';
import { checkProgram } from './verifier/check_program.js';

/**
 * BPF_PROG_LOAD: a descriptor, or a negated errno. Of the verifier it has what a program needs a capability for, where the
 * attributes say what that is. The program keeps the token it was loaded with.
 * Source: kernel/bpf/syscall.c: bpf_prog_load().
 */
export function progLoad(kernel: KernelContext, task: Task, cmd: number, attr: BpfAttr, trace?: Trace): number {
  const fn = 'bpf_prog_load';
  const { profile, sysctl } = kernel;
  const { vocabulary } = profile;
  const { cred, files } = task;
  const type = attr.prog_type ?? 0;
  const insnCnt = attr.insn_cnt ?? 0;

  const bad = checkAttr(attr, fn, trace);
  if (bad) return bad;

  const attachType = fixupAttachType(vocabulary, type, attr.expected_attach_type ?? 0);
  if (attachType !== (attr.expected_attach_type ?? 0)) {
    trace?.step('bpf_prog_load_fixup_attach_type', true, () => {
      return `attach type 0 means ${vocabulary.nameOf('attach_types', attachType)} for ${vocabulary.nameOf('prog_types', type)}`;
    });
  }

  const given = givenToken(profile.rules, files, { flags: attr.prog_flags ?? 0, fd: attr.prog_token_fd ?? 0 }, trace);
  if (typeof given === 'number') return given;
  const permits =
    given !== null &&
    bpfTokenAllowCmd(kernel, cred, given, cmd, trace) &&
    bpfTokenAllowProgType(kernel, given, type, attachType, trace);
  const token = permits ? given : null;

  const bpf = bpfTokenCapable(kernel, cred, token, CAP_BPF, trace);
  const withoutBpf = (missing: Outcome): number => {
    if (trace) trace.capability = CAP_BPF;
    const outcome = bpf === 'lsm_refused' ? Outcome.LSM_REFUSED_CAPABLE : missing;
    return trace?.refuse(outcome, ERRNO.EPERM) ?? -ERRNO.EPERM;
  };
  if (sysctl !== 0 && bpf !== 'yes') {
    trace?.step(fn, false, () => `unprivileged_bpf_disabled is ${sysctl}: CAP_BPF is needed for every program`);
    return withoutBpf(Outcome.CAP_BPF_MISSING_UNPRIV_DISABLED);
  }
  const limit = bpf === 'yes' ? BPF_COMPLEXITY_LIMIT_INSNS : BPF_MAXINSNS;
  if (insnCnt === 0 || insnCnt > limit) {
    trace?.step(
      fn,
      false,
      () => `${insnCnt} instructions: 1 to ${limit} ${bpf === 'yes' ? 'with' : 'without'} CAP_BPF`,
    );
    if (trace && bpf !== 'yes' && insnCnt !== 0) trace.capability = CAP_BPF;
    return trace?.refuse(Outcome.INSN_CNT_E2BIG, ERRNO.E2BIG) ?? -ERRNO.E2BIG;
  }
  const needs = progTypeNeeds(vocabulary, type);
  if (!needs.unprivileged && bpf !== 'yes') {
    trace?.step(fn, false, () => `program type ${vocabulary.nameOf('prog_types', type)} needs CAP_BPF`);
    return withoutBpf(Outcome.CAP_BPF_MISSING);
  }
  for (const [needed, cap, predicate] of [
    [needs.netAdmin, CAP_NET_ADMIN, 'is_net_admin_prog_type'],
    [needs.perfmon, CAP_PERFMON, 'is_perfmon_prog_type'],
  ] as const) {
    if (!needed) continue;
    trace?.step(predicate, true, () => `program type ${vocabulary.nameOf('prog_types', type)} is one`);
    const denied = requireCapability(kernel, cred, token, cap, missingCapability(cap), trace);
    if (denied) return denied;
  }

  if (!attachTypeFits(vocabulary, type, attachType)) {
    trace?.step('bpf_prog_load_check_attach', false, () => {
      return `a ${vocabulary.nameOf('prog_types', type)} program cannot have attach type ${vocabulary.nameOf('attach_types', attachType)}`;
    });
    return trace?.refuse(Outcome.ATTACH_TYPE_MISMATCH, ERRNO.EINVAL) ?? -ERRNO.EINVAL;
  }
  if (!isLoadableProgType(vocabulary, type)) {
    trace?.step('find_prog_type', false, () => `${profile.name} has no program type ${type} to load`);
    return trace?.refuse(Outcome.UNKNOWN_TYPE, ERRNO.EINVAL) ?? -ERRNO.EINVAL;
  }
  const late = checkLate(attr, fn, trace);
  if (late) return late;
  const refused = selinuxObject(kernel, cred, token, { cmd: 'prog_load', descriptor: ['prog_run'] }, trace);
  if (refused) return refused;
  // Besides, SELinux looks at the descriptor (prog_run) after the verifier: where both refuse, the kernel says what the verifier does.
  if (attr.program) {
    const { target, isGpl, isSleepable } = attr.program;
    const program = { progType: type, attachType, target, isSleepable, isGpl, token };
    const withheld = checkProgram(kernel, cred, program, attr.program, trace);
    if (withheld) return withheld;
  }
  return files.open({ kind: 'prog', prog: { type, expectedAttachType: attachType, token: token?.get() ?? null } });
}
