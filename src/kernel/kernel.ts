import { BPF_F_TOKEN_FD } from '../abi/bpf.js';
import { CAP_FULL_SET, CAP_SYS_ADMIN } from '../abi/capabilities.js';
import { ERRNO } from '../abi/errno.js';
import { Fault, Outcome } from '../abi/verdict.js';
import { invalidArgument, requireObject } from './arguments.js';
import { linkCreate, progAttach } from './attach.js';
import { type BpfAttr, checkAttr, checkLate } from './attr.js';
import {
  type FsContext,
  fsconfigCreate,
  fsconfigReconfigure,
  fsconfigSetFlag,
  fsconfigSetString,
  fsmount,
  fsopen,
  mount,
} from './bpffs.js';
import { btfGetFdById, btfLoad, refuseToken } from './btf.js';
import { bpfNsCapable, type Cred, capable } from './capability.js';
import { type Gate, gateOf, tokenSupportOf } from './commands.js';
import type { KernelContext, UnprivilegedBpfDisabled } from './context.js';
import type { TokenDenials } from './denials.js';
import type { LsmHooks } from './lsm.js';
import { mapCreate } from './map_create.js';
import type { Masks } from './masks.js';
import { missingCapability } from './permission.js';
import { DEFAULT_PROFILE, type Profile, profileNamed } from './profile.js';
import { checkProfile } from './profile_rules.js';
import { progLoad } from './prog_load.js';
import { selinuxBpf } from './selinux_hooks.js';
import { Task } from './task.js';
import { bpfTokenCreate } from './token_checks.js';
import type { Trace } from './trace.js';
import { UserNamespace } from './userns.js';

export interface KernelOptions {
  /** Default: v12. */
  profile?: Profile;
  /** Default: 2, as distributions set it. */
  unprivilegedBpfDisabled?: UnprivilegedBpfDisabled;
  lsm?: LsmHooks;
  /** Whether it was booted with mitigations of Spectre. Default: true. */
  hasMitigations?: boolean;
}

/**
 * The readable reference model: what a kernel decides about BPF tokens. Its methods look like system calls: they return
 * a descriptor (or 0), or a negated errno, and tell every check they made to the trace they are given.
 */
export class Kernel implements KernelContext {
  readonly profile: Profile;
  readonly sysctl: UnprivilegedBpfDisabled;
  readonly lsm: LsmHooks;
  readonly hasMitigations: boolean;
  readonly initUserns: UserNamespace = new UserNamespace('init', null, 0);

  constructor(options: KernelOptions = {}) {
    requireObject('options', options);
    const { profile = profileNamed(DEFAULT_PROFILE), unprivilegedBpfDisabled: sysctl = 2, lsm = {} } = options;
    checkProfile(profile, 'profile');
    if (sysctl !== 0 && sysctl !== 1 && sysctl !== 2)
      throw invalidArgument('unprivilegedBpfDisabled', sysctl, '0, 1 or 2');
    requireObject('lsm', lsm, 'an object of hooks');
    this.profile = profile;
    this.sysctl = sysctl;
    this.lsm = lsm;
    this.hasMitigations = options.hasMitigations ?? true;
  }

  /** Root of the initial user namespace, with every capability. */
  root(name = 'root'): Task {
    return new Task(name, { userns: this.initUserns, euid: 0, egid: 0, effective: CAP_FULL_SET });
  }

  task(name: string, cred: Cred, mountNs?: UserNamespace): Task {
    return new Task(name, cred, mountNs);
  }

  /** bpf(2). Returns a descriptor or 0, or a negated errno. Source: kernel/bpf/syscall.c: __sys_bpf(). */
  bpf(task: Task, cmd: number, attr: BpfAttr, trace?: Trace): number {
    if (attr.fault === Fault.ATTR_E2BIG) {
      trace?.step('bpf_check_uarg_tail_zero', false, () => 'attributes this kernel does not know are not zero');
      return trace?.refuse(Outcome.ATTR_E2BIG, ERRNO.E2BIG) ?? -ERRNO.E2BIG;
    }
    const refused = selinuxBpf(this, task.cred, this.#name(cmd), trace);
    if (refused) return refused;
    const gate = gateOf(this.profile, cmd);
    switch (gate.kind) {
      case 'unknown':
        trace?.step('__sys_bpf', false, () => `${this.profile.name} has no command ${cmd}`);
        return trace?.refuse(Outcome.UNKNOWN_CMD, ERRNO.EINVAL) ?? -ERRNO.EINVAL;
      case 'token':
        return this.#tokenCommand(task, cmd, attr, trace);
      case 'attach':
        return this.#name(cmd) === 'prog_attach'
          ? progAttach(this, task, attr, trace)
          : linkCreate(this, task, attr, trace);
      case 'init_capability':
        return this.#initCapability(task, cmd, gate, attr, trace);
      case 'token_create':
        return this.#tokenCreate(task, attr, trace);
      case 'descriptor':
        return this.#descriptor(task, cmd, attr, trace);
    }
  }

  /** fsopen("bpf"): a context descriptor, or a negated errno. */
  fsopen(task: Task, trace?: Trace): number {
    const fc = fsopen(task.cred, task.mountNs, trace);
    return typeof fc === 'number' ? fc : task.files.open({ kind: 'fscontext', fc });
  }

  /** fsconfig(FSCONFIG_SET_STRING): 0, or a negated errno. */
  fsconfigSetString(task: Task, fd: number, key: string, value: string, trace?: Trace): number {
    const fc = context(task, fd);
    return typeof fc === 'number' ? fc : fsconfigSetString(this.profile, fc, task.cred, key, value, trace);
  }

  /** fsconfig(FSCONFIG_SET_FLAG): 0, or a negated errno. */
  fsconfigSetFlag(task: Task, fd: number, key: string, trace?: Trace): number {
    const fc = context(task, fd);
    return typeof fc === 'number' ? fc : fsconfigSetFlag(this.profile, fc, task.cred, key, trace);
  }

  /** fsconfig(FSCONFIG_CMD_CREATE): 0, or a negated errno. `lsm` is what security modules say of its tokens. */
  fsconfigCreate(
    task: Task,
    fd: number,
    lsm: { tokenDenials?: TokenDenials; createErrno?: number } = {},
    trace?: Trace,
  ): number {
    const fc = context(task, fd);
    return typeof fc === 'number' ? fc : fsconfigCreate(fc, task.cred, lsm, trace);
  }

  /** fsconfig(FSCONFIG_CMD_RECONFIGURE): 0, or a negated errno. */
  fsconfigReconfigure(task: Task, fd: number, trace?: Trace): number {
    const fc = context(task, fd);
    return typeof fc === 'number' ? fc : fsconfigReconfigure(fc, task.cred, trace);
  }

  /** fsmount(): a descriptor of the root directory, ready for BPF_TOKEN_CREATE once opened for use; or a negated errno. */
  fsmount(task: Task, fd: number, trace?: Trace): number {
    const fc = context(task, fd);
    if (typeof fc === 'number') return fc;
    const sb = fsmount(fc, task.cred, task.mountNs, trace);
    if (typeof sb === 'number') return sb;
    return task.files.open({ kind: 'bpffs', sb, isRoot: true }, { opath: true });
  }

  /** mount(2) of type bpf: a descriptor of the root directory, opened for use; or a negated errno. */
  mount(task: Task, source: string, data: string, trace?: Trace): number {
    const sb = mount(this.profile, task.cred, task.mountNs, { source, data }, trace);
    return typeof sb === 'number' ? sb : task.files.open({ kind: 'bpffs', sb, isRoot: true });
  }

  /**
   * openat(dirfd, path): `.` opens the directory itself for use, anything else a directory in it; or a negated errno.
   * An fsmount() descriptor is O_PATH, and becomes one that BPF_TOKEN_CREATE takes only by this.
   */
  openat(task: Task, dirfd: number, path: string): number {
    const file = task.files.pathOf(dirfd);
    if (!file) return -ERRNO.EBADF;
    if (file.kind !== 'bpffs') return -ERRNO.EINVAL;
    return task.files.open({ ...file, isRoot: file.isRoot && path === '.' });
  }

  /** EXTENSION (rule token_narrowing): takes bits from a token, for all its holders. 0, or a negated errno. */
  narrowToken(task: Task, fd: number, to: Partial<Masks>): number {
    if (!this.profile.rules.token_narrowing) return -ERRNO.EOPNOTSUPP;
    const file = task.files.fdget(fd);
    if (!file) return -ERRNO.EBADF;
    if (file.kind !== 'token') return -ERRNO.EINVAL;
    file.token.narrow(to);
    return 0;
  }

  #name(cmd: number): string {
    return this.profile.vocabulary.nameOf('cmds', cmd);
  }

  #tokenCommand(task: Task, cmd: number, attr: BpfAttr, trace?: Trace): number {
    switch (this.#name(cmd)) {
      case 'map_create':
        return mapCreate(this, task, cmd, attr, trace);
      case 'prog_load':
        return progLoad(this, task, cmd, attr, trace);
      case 'btf_load':
        return btfLoad(this, task, cmd, attr, trace);
      default:
        return btfGetFdById(this, task, cmd, attr, trace);
    }
  }

  /** Commands gated by a capability in the initial user namespace, which no token can give. */
  #initCapability(
    task: Task,
    cmd: number,
    { fn, cap, permissionFirst }: Extract<Gate, { kind: 'init_capability' }>,
    attr: BpfAttr,
    trace?: Trace,
  ): number {
    if (!permissionFirst) {
      const bad = checkAttr(attr, fn, trace);
      if (bad) return bad;
      if (tokenSupportOf(this.profile, cmd) === 'refused' && ((attr.open_flags ?? 0) & BPF_F_TOKEN_FD) !== 0) {
        return refuseToken(this, fn, trace);
      }
    }
    trace?.step(fn, true, () => 'a capability in the initial userns is asked; no token is consulted');
    // bpf_net_capable() lets CAP_SYS_ADMIN stand in; the others ask capable(CAP_SYS_ADMIN) itself.
    const granted =
      cap === CAP_SYS_ADMIN ? capable(task.cred, cap, trace) : bpfNsCapable(task.cred, this.initUserns, cap, trace);
    if (!granted) {
      if (trace) trace.capability = cap;
      return trace?.refuse(missingCapability(cap), ERRNO.EPERM) ?? -ERRNO.EPERM;
    }
    if (permissionFirst) {
      const bad = checkAttr(attr, fn, trace);
      if (bad) return bad;
    }
    return checkLate(attr, fn, trace);
  }

  #descriptor(task: Task, cmd: number, attr: BpfAttr, trace?: Trace): number {
    const fn = '__sys_bpf';
    const bad = checkAttr(attr, fn, trace);
    if (bad) return bad;
    const info = this.#name(cmd) === 'obj_get_info_by_fd' ? task.files.fdget(attr.bpf_fd ?? 0) : undefined;
    if (info?.kind === 'token' && !this.profile.rules.token_info) {
      trace?.step('bpf_obj_get_info_by_fd', false, () => `${this.profile.name} has no information to give of a token`);
      return trace?.refuse(Outcome.ATTR_EINVAL, ERRNO.EINVAL) ?? -ERRNO.EINVAL;
    }
    if (trace) trace.outcome = Outcome.NO_PERMISSION_NEEDED;
    trace?.step(
      fn,
      true,
      () => `${this.#name(cmd)} asks no permission: a caller that holds the descriptor, or may open the path, goes on`,
    );
    return checkLate(attr, fn, trace);
  }

  /** Source: kernel/bpf/syscall.c: token_create(), kernel/bpf/token.c: bpf_token_create(). */
  #tokenCreate(task: Task, attr: BpfAttr, trace?: Trace): number {
    const fn = 'token_create';
    const bad = checkAttr(attr, fn, trace);
    if (bad) return bad;
    if ((attr.token_create_flags ?? 0) !== 0) {
      trace?.step(fn, false, () => 'flags must be 0');
      return trace?.refuse(Outcome.ATTR_EINVAL, ERRNO.EINVAL) ?? -ERRNO.EINVAL;
    }
    const file = task.files.fdget(attr.bpffs_fd ?? 0);
    if (!file) {
      trace?.step('bpf_token_create', false, () => 'bpffs_fd is not open for use (an O_PATH descriptor is not)');
      return trace?.refuse(Outcome.FD_EBADF, ERRNO.EBADF) ?? -ERRNO.EBADF;
    }
    if (file.kind !== 'bpffs' || !file.isRoot) {
      trace?.step('bpf_token_create', false, () => 'bpffs_fd is not the root of a bpffs');
      return trace?.refuse(Outcome.NOT_BPFFS_ROOT, ERRNO.EINVAL) ?? -ERRNO.EINVAL;
    }
    const token = bpfTokenCreate(this, task.cred, file.sb, `token of ${task.name}`, trace);
    if (typeof token === 'number') return token;
    if (this.profile.rules.token_narrowing && attr.token_create_narrow) token.narrow(attr.token_create_narrow);
    return task.files.open({ kind: 'token', token });
  }
}

function context(task: Task, fd: number): FsContext | number {
  const file = task.files.fdget(fd);
  if (!file) return -ERRNO.EBADF;
  return file.kind === 'fscontext' ? file.fc : -ERRNO.EINVAL;
}
