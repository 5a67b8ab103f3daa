import { BPF_F_TOKEN_FD } from '../abi/bpf.js';
import { CAP_FULL_SET } from '../abi/capabilities.js';
import { DISPOSITION_SHIFT, Disposition, Fault, Outcome } from '../abi/verdict.js';
import { InvalidRequestError } from '../errors.js';
import type { BpfAttr } from './attr.js';
import { validateRequest } from './check_request.js';
import { checkWorld } from './check_world.js';
import { gateOf, tokenRouteOf, tokenSupportOf } from './commands.js';
import { Kernel } from './kernel.js';
import type { LsmHooks } from './lsm.js';
import { SelinuxPolicy } from './selinux.js';
import type { Task } from './task.js';
import { BpfToken } from './token.js';
import { bpfTokenAllowCmd, bpfTokenAllowProgType } from './token_checks.js';
import { Trace } from './trace.js';
import { UserNamespace } from './userns.js';
import { NO_TOKEN, type Request, type World } from './world.js';

/** A descriptor number nothing is open on. */
const CLOSED_FD = 1_000_000;

/** A world with its kernel running: answers requests through the simulated system calls. */
export class Model {
  readonly world: World;
  readonly kernel: Kernel;
  readonly tasks: readonly Task[];
  readonly tokens: readonly BpfToken[];
  readonly #userns: readonly UserNamespace[];
  /** Descriptors already passed, by task and token. */
  readonly #passed = new Map<number, number>();
  readonly #notToken: readonly number[];

  /** Throws an InvalidSpecError and a WorldTooLargeError as checkWorld() does. */
  constructor(world: World, lsm?: LsmHooks) {
    checkWorld(world);
    this.world = world;
    const { profile, unprivilegedBpfDisabled, hasMitigations } = world;
    this.kernel = new Kernel({ profile, unprivilegedBpfDisabled, lsm, hasMitigations });
    const userns: UserNamespace[] = [];
    world.userns.forEach(({ name, parent, owner }, i) => {
      userns.push(i === 0 ? this.kernel.initUserns : new UserNamespace(name, userns[parent] as UserNamespace, owner));
    });
    this.#userns = userns;
    const policy = world.selinux && new SelinuxPolicy(world.selinux);
    this.tasks = world.tasks.map(({ name, userns: ns, euid, effective, domain = 0 }) => {
      const cred = { userns: this.#ns(ns), euid, egid: euid, effective };
      return this.kernel.task(name, policy ? { ...cred, label: { policy, domain } } : cred);
    });
    this.tokens = world.tokens.map((t) => new BpfToken(t.name, this.#ns(t.userns), t.allowed, t.denials, t.grantor));
    this.#notToken = this.tasks.map((task) => task.files.open({ kind: 'other', what: '/dev/null' }));
  }

  /** The verdict byte of a request. */
  ask(request: Request, trace: Trace = new Trace()): number {
    this.call(request, trace);
    return verdictByte(trace);
  }

  /**
   * Makes the call: a descriptor or 0, or a negated errno (-1 too for a request that cannot be made at all). Throws an
   * InvalidRequestError for a field that is no number, and for a bpffs that the world does not have.
   */
  call(request: Request, trace: Trace): number {
    validateRequest(request);
    if (request.pre === Fault.BAD_ROW) return trace.refuse(Outcome.BAD_ROW, 1);
    const task = this.tasks[request.task];
    if (!task) return trace.refuse(Outcome.NO_SUCH_TASK, 1);
    if (request.token !== NO_TOKEN && !this.tokens[request.token]) return trace.refuse(Outcome.NO_SUCH_TOKEN, 1);
    const { kernel } = this;
    if (gateOf(kernel.profile, request.cmd).kind === 'token_create') return this.#tokenCreate(task, request, trace);
    const attr = this.#attr(task, request, trace);
    const result = kernel.bpf(task, request.cmd, attr, trace);
    if (result > 2) task.files.close(result);
    if (attr.prog_fd !== undefined) task.files.close(attr.prog_fd);
    return result;
  }

  #ns(index: number): UserNamespace {
    return this.#userns[index] as UserNamespace;
  }

  /** The attributes that make a request's call, its descriptors put in place. */
  #attr(task: Task, request: Request, trace: Trace): BpfAttr {
    const { cmd, type, attachType, insnCnt, pre } = request;
    const { profile } = this.kernel;
    if (pre === Fault.ATTR_E2BIG) return { fault: pre };
    if (gateOf(profile, cmd).kind === 'attach') {
      return { fault: pre, prog_fd: this.#loadedProg(task, request, trace), attach_type: attachType };
    }
    const fd = this.#tokenFd(task, request);
    const flags = fd === 0 ? 0 : BPF_F_TOKEN_FD;
    switch (profile.vocabulary.nameOf('cmds', cmd)) {
      case 'map_create':
        return { fault: pre, map_type: type, map_flags: flags | (request.mapFlags ?? 0), map_token_fd: fd };
      case 'prog_load':
        return {
          fault: pre,
          prog_type: type,
          expected_attach_type: attachType,
          insn_cnt: insnCnt,
          prog_flags: flags,
          prog_token_fd: fd,
          program: request.program,
        };
      case 'btf_load':
        return { fault: pre, btf_flags: flags, btf_token_fd: fd };
      case 'btf_get_fd_by_id':
        return { fault: pre, open_flags: flags, fd_by_id_token_fd: fd };
      default:
        if (fd !== 0 && tokenSupportOf(profile, cmd) === 'none' && gateOf(profile, cmd).kind !== 'unknown') {
          ignoreToken(trace);
        }
        return { fault: pre, open_flags: flags };
    }
  }

  /** The number a request's token descriptor has in the task: 0 for none. */
  #tokenFd(task: Task, { token, pre, task: id }: Request): number {
    if (pre === Fault.TOKEN_EBADF) return CLOSED_FD;
    if (pre === Fault.TOKEN_EINVAL) return this.#notToken[id] as number;
    if (token === NO_TOKEN) return 0;
    const key = id * 0x1_0000 + token;
    let fd = this.#passed.get(key);
    if (fd === undefined) {
      fd = task.files.open({ kind: 'token', token: (this.tokens[token] as BpfToken).get() });
      this.#passed.set(key, fd);
    }
    return fd;
  }

  /**
   * A descriptor of a program of the requested type, as a loader in the token's own user namespace would have passed it:
   * the program kept the token if its masks (and the LSM) permitted the load.
   */
  #loadedProg(task: Task, request: Request, trace: Trace): number {
    const { kernel } = this;
    const { type, attachType } = request;
    const token = this.tokens[request.token];
    const { vocabulary, rules } = kernel.profile;
    let kept: BpfToken | null = null;
    if (token && tokenRouteOf(kernel.profile, request) === 'program') {
      const loader = { userns: token.userns, euid: 0, egid: 0, effective: CAP_FULL_SET };
      trace.disposition = Disposition.USED;
      trace.step('bpf_prog_load', true, () => {
        return `the program is taken to be loaded with ${token.name} by a task in ${token.userns.name}, the caller of the next checks`;
      });
      const progLoad = vocabulary.require('cmds', 'prog_load');
      const permits =
        bpfTokenAllowCmd(kernel, loader, token, progLoad, trace) &&
        bpfTokenAllowProgType(kernel, token, type, attachType, trace);
      if (permits) kept = token.get();
      if (permits && rules.token_needs_own_userns && task.cred.userns !== token.userns) {
        trace.disposition = Disposition.DROPPED_USERNS;
      }
    } else if (token) {
      trace.disposition = Disposition.DROPPED_CMD;
      trace.step('bpf_prog_attach_check_attach_type', false, () => {
        const name = vocabulary.nameOf('prog_types', type);
        return `attaching a program of type ${name} asks no capability: the token it was loaded with is not consulted`;
      });
    }
    return task.files.open({ kind: 'prog', prog: { type, expectedAttachType: attachType, token: kept } });
  }

  #tokenCreate(task: Task, request: Request, trace: Trace): number {
    if (request.bpffs === undefined) return trace.refuse(Outcome.UNDECIDED, 1);
    const spec = this.world.bpffs[request.bpffs];
    if (!spec) {
      const message = `bpffs is ${request.bpffs}: an id below ${this.world.bpffs.length} is expected`;
      throw new InvalidRequestError('bpffs', message);
    }
    const sb = {
      userns: this.#ns(spec.userns),
      options: spec.options,
      tokenDenials: spec.denials,
      lsmCreateErrno: spec.lsmCreateErrno,
      creator: spec.domain ?? 0,
    };
    if (request.token !== NO_TOKEN) ignoreToken(trace);
    const bpffsFd = task.files.open({ kind: 'bpffs', sb, isRoot: true });
    const result = this.kernel.bpf(task, request.cmd, { bpffs_fd: bpffsFd, fault: request.pre }, trace);
    if (result > 2) task.files.close(result);
    task.files.close(bpffsFd);
    return result;
  }
}

/** Five bits of outcome, three of disposition. */
export function verdictByte(trace: Trace): number {
  return trace.outcome | (trace.disposition << DISPOSITION_SHIFT);
}

/** A token that the caller has and cannot hand over. */
function ignoreToken(trace: Trace): void {
  trace.disposition = Disposition.DROPPED_CMD;
  trace.step('__sys_bpf', false, () => 'the command has no field for a token: it changes nothing');
}
