import { BPF_F_TOKEN_FD } from '../../abi/bpf.js';
import { Fault, Outcome } from '../../abi/verdict.js';
import { gateOf, tokenRouteOf } from '../../kernel/commands.js';
import type { Profile } from '../../kernel/profile.js';
import { type BpfAnswer, compare, type DescriptorAnswer, faultOfTokenFile, type TokenOfCall } from './bpf_answer.js';
import { BpfLearning } from './bpf_learning.js';
import type { EvaluatedContexts } from './evaluated_contexts.js';
import type { LoggedCall } from './log_events.js';
import type { LogBpffs, LogFile, LogToken } from './log_objects.js';
import type { LogProcess } from './log_process.js';
import type { LogState } from './log_state.js';
import type { LoggedBpf, LoggedFd } from './logged_bpf.js';
import { hasNeededBit, type NeededBit, neededOf } from './needed_bits.js';
import { requestContext } from './request_world.js';

/** The token of a call, and what is wrong with its descriptor. */
interface FoundToken {
  readonly of: TokenOfCall;
  readonly token: LogToken | undefined;
  readonly fault: Fault;
}

const NO_TOKEN_FOUND: FoundToken = { of: 'none', token: undefined, fault: Fault.NONE };

/** Answers the bpf() calls of a log, and learns from their results what the log does not show. */
export class BpfCalls {
  readonly #profile: Profile;
  readonly #state: LogState;
  readonly #evaluated: EvaluatedContexts;
  readonly #hasNoTokens: boolean;
  readonly #learning: BpfLearning;

  /** `hasNoTokens`: the kernel is older than 6.9. */
  constructor(profile: Profile, state: LogState, evaluated: EvaluatedContexts, hasNoTokens: boolean) {
    this.#hasNoTokens = hasNoTokens;
    this.#learning = new BpfLearning(profile, state);
    this.#profile = profile;
    this.#state = state;
    this.#evaluated = evaluated;
  }

  /** `isLearning`: it adds to the evidence; otherwise refused calls are explained. */
  answer(process: LogProcess, logged: LoggedCall, call: LoggedBpf, isLearning: boolean): BpfAnswer {
    const { result, at } = logged;
    const name = this.#profile.vocabulary.nameOf('cmds', call.cmd);
    const command = gateOf(this.#profile, call.cmd).kind;
    const bpffs = command === 'token_create' ? this.#created(process, call, at.line) : undefined;
    const descriptor = bpffs && 'outcome' in bpffs ? bpffs : undefined;
    const root = bpffs && 'key' in bpffs ? bpffs : undefined;
    const found = command === 'attach' ? this.#tokenOfProgram(process, call) : this.#tokenOf(process, call, at.line);
    const unusedToken = this.#unusedToken(process, call);
    const isAsked = descriptor === undefined && this.#canBeAsked(process, call, command);
    const context = isAsked
      ? requestContext(this.#profile, this.#state.evidence.unprivilegedLine !== undefined, {
          process,
          token: found.token,
          unusedToken,
          bpffs: root,
          request: { ...this.#requestOf(process, call), pre: found.fault },
        })
      : undefined;
    const isRefused = result.errno !== null;
    const advice = context && isRefused && !isLearning ? this.#evaluated.advise(context) : undefined;
    const evaluation = context && this.#evaluated.evaluate(context);
    const errno = descriptor?.errno ?? evaluation?.verdict.errno ?? null;
    const agreement = descriptor || evaluation ? compare(name, result, errno) : 'not_compared';
    const answer: BpfAnswer = {
      at,
      process: process.name,
      assumedOf: process.isAtStart && !this.#state.isGiven ? process.root : undefined,
      call,
      result,
      tokenOfCall: found.of,
      token: found.token,
      context,
      evaluation,
      advice,
      descriptor,
      errno,
      agreement,
      isShown: this.#isShown(process, found, root),
      unproven: this.#unproven(call, found.token, agreement, errno),
      delegatedAt: isRefused && found.of === 'none' && !unusedToken ? this.#delegatedAt(process, call) : undefined,
      filterLine: process.filterLine,
    };
    if (isLearning && context) this.#learning.learn(process, answer, root);
    this.#opened(process, call, logged, found, root);
    return answer;
  }

  #created(process: LogProcess, { bpffs }: LoggedBpf, line: number): LogBpffs | DescriptorAnswer {
    if (this.#hasNoTokens) return { outcome: Outcome.UNKNOWN_CMD, errno: 'EINVAL' };
    return this.#bpffsOf(process, bpffs, line);
  }

  /** The bpffs of BPF_TOKEN_CREATE, or the error of a descriptor that is none. */
  #bpffsOf(process: LogProcess, given: LoggedFd | undefined, line: number): LogBpffs | DescriptorAnswer {
    const { evidence } = this.#state;
    const fd = given?.kind === 'shown' ? given.fd : process.lastDirectory;
    const file = fd === undefined ? undefined : process.files.get(fd);
    if (file?.kind === 'bpffs') {
      if (file.isPathOnly) return { outcome: Outcome.FD_EBADF, errno: 'EBADF' };
      if (!file.isRoot) return { outcome: Outcome.NOT_BPFFS_ROOT, errno: 'EINVAL' };
      return file.bpffs;
    }
    if (file?.kind === 'closed') return { outcome: Outcome.FD_EBADF, errno: 'EBADF' };
    if (file !== undefined && file.kind !== 'path' && file.kind !== 'other')
      return { outcome: Outcome.NOT_BPFFS_ROOT, errno: 'EINVAL' };
    if (evidence.closedTokens.has(line)) return { outcome: Outcome.FD_EBADF, errno: 'EBADF' };
    const shownPath = given?.kind === 'shown' ? given.path : undefined;
    const path = file?.kind === 'path' && file.path !== '' ? file.path : shownPath;
    if (evidence.noBpffs.has(`${line}`)) return { outcome: Outcome.NOT_BPFFS_ROOT, errno: 'EINVAL' };
    const mounted = path === undefined ? undefined : process.mounts.get(path);
    return mounted ?? this.#state.unseenBpffs(process, path, line);
  }

  /** The token of a call; without BPF_F_TOKEN_FD there is none, whatever the field holds. */
  #tokenOf(process: LogProcess, { token: given }: LoggedBpf, line: number): FoundToken {
    if (!given) return NO_TOKEN_FOUND;
    const isHidden = given.kind === 'hidden';
    const fd = isHidden ? process.lastToken : given.fd;
    const file = fd === undefined ? undefined : process.files.get(fd);
    const of = isHidden ? 'assumed' : 'shown';
    const kind = tokenKind(file, given);
    const { evidence } = this.#state;
    if (evidence.closedTokens.has(line)) return { of, token: undefined, fault: Fault.TOKEN_EBADF };
    if (evidence.noTokens.has(line)) return { of, token: undefined, fault: Fault.TOKEN_EINVAL };
    if (kind !== 'token') return { of, token: undefined, fault: faultOfTokenFile(kind) };
    const token = file?.kind === 'token' ? file.token : this.#state.unseenToken(process, fd, line);
    return { of, token, fault: Fault.NONE };
  }

  /** A token that the process has and does not pass. */
  #unusedToken(process: LogProcess, call: LoggedBpf): LogToken | undefined {
    const file = process.lastToken === undefined ? undefined : process.files.get(process.lastToken);
    return tokenRouteOf(this.#profile, call) === 'call' && file?.kind === 'token' ? file.token : undefined;
  }

  /** The token of the program that a call attaches. */
  #tokenOfProgram(process: LogProcess, { fd }: LoggedBpf): FoundToken {
    const file = fd === undefined ? undefined : process.files.get(fd);
    return file?.kind === 'prog' && file.token ? { of: 'shown', token: file.token, fault: Fault.NONE } : NO_TOKEN_FOUND;
  }

  /** Whether the log says what the command asks: the type of a program, its attributes. */
  #canBeAsked(process: LogProcess, call: LoggedBpf, command: ReturnType<typeof gateOf>['kind']): boolean {
    if (command === 'attach') {
      const file = call.fd === undefined ? undefined : process.files.get(call.fd);
      return file?.kind === 'prog';
    }
    const name = this.#profile.vocabulary.nameOf('cmds', call.cmd);
    const needsType = name === 'prog_load' || name === 'map_create';
    return command !== 'token' || !call.isUndecoded || !needsType;
  }

  #requestOf(process: LogProcess, { cmd, type, attachType, insnCnt, fd, flags, numbers }: LoggedBpf) {
    const file = fd === undefined ? undefined : process.files.get(fd);
    const isProgram = gateOf(this.#profile, cmd).kind === 'attach' && file?.kind === 'prog';
    const isMap = numbers.max_entries !== undefined;
    return {
      cmd,
      type: isProgram ? file.type : type,
      attachType,
      insnCnt,
      ...(isMap && flags !== undefined ? { mapFlags: (flags & ~BPF_F_TOKEN_FD) >>> 0 } : {}),
    };
  }

  #isShown(process: LogProcess, { of, token }: FoundToken, bpffs: LogBpffs | undefined): boolean {
    const isCredShown = process.cred.isShown && (this.#state.isGiven || !process.isAtStart);
    return isCredShown && of !== 'assumed' && token?.isShown !== false && bpffs?.isShown !== false;
  }

  /** A bpffs of the process's own user namespace that it sees, and that delegates what a call needs. */
  #delegatedAt(process: LogProcess, call: LoggedBpf): string | undefined {
    if (tokenRouteOf(this.#profile, call) !== 'call') return undefined;
    const needed = neededOf(this.#profile, call);
    for (const [path, { userns, masks }] of process.mounts) {
      if (userns === process.cred.userns && needed.every((bit) => hasNeededBit(masks, bit))) return path;
    }
    return undefined;
  }

  /** Bits that a refused call needs and that neither the log shows nor a call proves. */
  #unproven(
    call: LoggedBpf,
    token: LogToken | undefined,
    agreement: string,
    errno: string | null,
  ): readonly NeededBit[] {
    if (!token || token.isShown || agreement !== 'agrees' || errno !== 'EPERM') return [];
    return neededOf(this.#profile, call).filter((bit) => !hasNeededBit(token.masks, bit));
  }

  /** What the descriptor is that the call returned. */
  #opened(
    process: LogProcess,
    call: LoggedBpf,
    { result, at }: LoggedCall,
    found: FoundToken,
    bpffs: LogBpffs | undefined,
  ): void {
    const fd = result.value;
    const name = this.#profile.vocabulary.nameOf('cmds', call.cmd);
    if (fd === null || !RETURNS_FD.has(name)) return;
    if (name === 'token_create') {
      const token = this.#state.keepToken({
        key: `made at ${at.line}`,
        name: `made-on-line-${at.line}`,
        userns: bpffs?.userns ?? process.cred.userns,
        masks: { ...(bpffs?.masks ?? NOTHING) },
        bpffs,
        isShown: bpffs?.isShown ?? false,
        line: at.line,
      });
      process.lastToken = fd;
      this.#state.opened(process, fd, { kind: 'token', token });
      return;
    }
    const file: LogFile =
      name === 'prog_load'
        ? { kind: 'prog', type: call.type, attachType: call.attachType, token: found.token }
        : { kind: 'other', what: `what ${name} returned` };
    this.#state.opened(process, fd, file);
  }
}

const NOTHING = { cmds: 0n, maps: 0n, progs: 0n, attachs: 0n };
/** Commands that return a descriptor. */
const RETURNS_FD = new Set([
  'token_create',
  'map_create',
  'prog_load',
  'btf_load',
  'obj_get',
  'link_create',
  'iter_create',
  'enable_stats',
  'raw_tracepoint_open',
  'prog_get_fd_by_id',
  'map_get_fd_by_id',
  'btf_get_fd_by_id',
  'link_get_fd_by_id',
]);

/** What a descriptor in the field of a token is: one that the log does not show is taken to be a token, unless -y says otherwise. */
function tokenKind(file: LogFile | undefined, given: LoggedFd): 'closed' | 'other' | 'token' {
  const path = given.kind === 'shown' ? given.path : undefined;
  if (file?.kind === 'token' || (path !== undefined && /bpf-token/.test(path))) return 'token';
  if (file?.kind === 'closed') return 'closed';
  const isStandardStream = given.kind === 'shown' && given.fd < 3;
  return file !== undefined || path !== undefined || isStandardStream ? 'other' : 'token';
}
