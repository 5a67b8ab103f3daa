import { BPF_F_TOKEN_FD } from '../../abi/bpf.js';
import { CAP_BPF, CAP_SYS_ADMIN } from '../../abi/capabilities.js';
import { Fault, Outcome } from '../../abi/verdict.js';
import { gateOf, tokenRouteOf } from '../../kernel/commands.js';
import type { Profile } from '../../kernel/profile.js';
import { type BpfAnswer, compare, type DescriptorAnswer, faultOfTokenFile, type TokenOfCall } from './bpf_answer.js';
import type { EvaluatedContexts } from './evaluated_contexts.js';
import type { LogBpffs, LogFile, LogToken } from './log_objects.js';
import type { LogProcess } from './log_process.js';
import type { LogState } from './log_state.js';
import type { LoggedBpf, LoggedFd } from './logged_bpf.js';
import { capabilitiesOf, hasNeededBit, type NeededBit, neededOf } from './needed_bits.js';
import type { LoggedCall } from './read_log.js';
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

  /** `hasNoTokens`: the kernel is older than 6.9. */
  constructor(profile: Profile, state: LogState, evaluated: EvaluatedContexts, hasNoTokens: boolean) {
    this.#hasNoTokens = hasNoTokens;
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
    const isAsked = descriptor === undefined && this.#canBeAsked(process, call, command);
    const context = isAsked
      ? requestContext(this.#profile, this.#state.evidence.unprivilegedLine !== undefined, {
          process,
          token: found.token,
          unusedToken: this.#unusedToken(process, call),
          bpffs: root,
          request: { ...this.#requestOf(process, call), pre: found.fault },
        })
      : undefined;
    const isRefused = result.errno !== null;
    const explanation = context && isRefused && !isLearning ? this.#evaluated.explain(context) : undefined;
    const evaluation = explanation ?? (context && this.#evaluated.evaluate(context));
    const errno = descriptor?.errno ?? evaluation?.verdict.errno ?? null;
    const agreement = descriptor || evaluation ? compare(name, result, errno) : 'not_compared';
    const answer: BpfAnswer = {
      at,
      process: process.name,
      assumedOf: process.cred.isShown ? undefined : process.root,
      call,
      result,
      tokenOfCall: found.of,
      token: found.token,
      context,
      evaluation,
      explanation,
      descriptor,
      errno,
      agreement,
      isShown: this.#isShown(process, found, root),
      unproven: this.#unproven(call, found.token, agreement, errno),
      delegatedAt: isRefused && found.of === 'none' ? this.#delegatedAt(process, call) : undefined,
      filterLine: process.filterLine,
    };
    if (isLearning && context) this.#learn(process, answer, root);
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
    return process.cred.isShown && of !== 'assumed' && token?.isShown !== false && bpffs?.isShown !== false;
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

  /** What follows from the result of a call, for what the log does not show. */
  #learn(
    process: LogProcess,
    { call, result, agreement, token, at, errno, tokenOfCall }: BpfAnswer,
    bpffs: LogBpffs | undefined,
  ): void {
    const { evidence } = this.#state;
    const { line } = at;
    if (gateOf(this.#profile, call.cmd).kind === 'token_create') {
      this.#learnCreate(process, result, bpffs, line, agreement);
      return;
    }
    const needed = neededOf(this.#profile, call);
    const caps = capabilitiesOf(this.#profile, call);
    const hasPassed = isPermitted(this.#profile.vocabulary.nameOf('cmds', call.cmd), result.errno, result.value);
    const route = tokenRouteOf(this.#profile, call);
    if (token && route === 'call') {
      if (hasPassed && process.cred.userns === token.userns) {
        this.#learnOwn(process, line);
        if (!token.isShown)
          evidence.delegates(keyOf(token), Object.fromEntries(needed.map(({ mask, bit }) => [mask, bit])));
        if (process.isAtStart) for (const cap of caps) evidence.hasCapability(process.root, cap);
      } else if (result.errno === 'EPERM' && errno === null && !process.cred.isShown) {
        this.#learnLack(process, caps);
      }
      return;
    }
    if (tokenOfCall !== 'none' && agreement === 'disagrees') {
      if (result.errno === 'EBADF') evidence.learn(evidence.closedTokens, line);
      if (result.errno === 'EINVAL') evidence.learn(evidence.noTokens, line);
      return;
    }
    if (process.cred.isShown || !process.isAtStart) return;
    if (hasPassed && errno === 'EPERM') {
      const start = evidence.start.get(process.root);
      if (start === undefined) evidence.startsIn(process.root, 'init', line);
      else if (start.userns === 'own') evidence.unprivileged(line);
    } else if (result.errno === 'EPERM' && errno === null) this.#learnLack(process, caps);
  }

  #learnCreate(
    process: LogProcess,
    { errno, value }: BpfAnswer['result'],
    bpffs: LogBpffs | undefined,
    line: number,
    agreement: string,
  ): void {
    const { evidence } = this.#state;
    if (value !== null) this.#learnOwn(process, line);
    if (bpffs === undefined || agreement === 'agrees') return;
    const isOpen = !bpffs.isShown;
    if (errno === 'EOPNOTSUPP' && isOpen && process.isAtStart) evidence.startsIn(process.root, 'init', line);
    else if (errno === 'ENOENT' && isOpen) evidence.learn(evidence.empty, bpffs.key);
    else if (errno === 'EINVAL' && isOpen) evidence.learn(evidence.noBpffs, `${line}`);
    else if (errno === 'EBADF' && isOpen) evidence.learn(evidence.closedTokens, line);
    else if (errno === 'EPERM' && isOpen) evidence.learn(evidence.foreign, bpffs.key);
    else if (errno === 'EPERM' && !process.cred.isShown) this.#learnLack(process, [CAP_BPF]);
  }

  #learnOwn(process: LogProcess, line: number): void {
    if (process.isAtStart && !this.#state.isGiven) this.#state.evidence.startsIn(process.root, 'own', line);
  }

  /** The first capability that no call proves; CAP_SYS_ADMIN would stand in for it. */
  #learnLack(process: LogProcess, caps: readonly number[]): void {
    const { evidence } = this.#state;
    const proven = evidence.has.get(process.root) ?? 0n;
    const missing = caps.findLast((cap) => ((proven >> BigInt(cap)) & 1n) === 0n);
    if (missing === undefined) return;
    evidence.lacksCapability(process.root, missing);
    evidence.lacksCapability(process.root, CAP_SYS_ADMIN);
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

/** Whether a result says that every permission was there: it succeeded, or a later stage answered. */
function isPermitted(command: string, errno: string | null, value: number | null): boolean {
  if (value !== null) return true;
  // The verifier comes after all permission checks of a program.
  return command === 'prog_load' && (errno === 'EACCES' || errno === 'ENOTSUPP' || errno === 'ENOSPC');
}

/** What a descriptor in the field of a token is: one that the log does not show is taken to be a token, unless -y says otherwise. */
function tokenKind(file: LogFile | undefined, given: LoggedFd): 'closed' | 'other' | 'token' {
  const path = given.kind === 'shown' ? given.path : undefined;
  if (file?.kind === 'token' || (path !== undefined && /bpf-token/.test(path))) return 'token';
  if (file?.kind === 'closed') return 'closed';
  const isStandardStream = given.kind === 'shown' && given.fd < 3;
  return file !== undefined || path !== undefined || isStandardStream ? 'other' : 'token';
}

/** Where the masks of a token come from. */
function keyOf(token: LogToken): string {
  return token.bpffs?.key ?? token.key;
}
