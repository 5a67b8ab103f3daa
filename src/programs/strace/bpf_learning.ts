import { CAP_BPF, CAP_SYS_ADMIN } from '../../abi/capabilities.js';
import { gateOf, tokenRouteOf } from '../../kernel/commands.js';
import type { Profile } from '../../kernel/profile.js';
import type { BpfAnswer } from './bpf_answer.js';
import type { LogBpffs, LogToken } from './log_objects.js';
import type { LogProcess } from './log_process.js';
import type { LogState } from './log_state.js';
import { capabilitiesOf, neededOf } from './needed_bits.js';

/** Learns from the results of bpf() calls what a log does not show. */
export class BpfLearning {
  readonly #profile: Profile;
  readonly #state: LogState;

  constructor(profile: Profile, state: LogState) {
    this.#profile = profile;
    this.#state = state;
  }

  /** What follows from the result of a call, for what the log does not show. */
  learn(
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
    if (!process.isAtStart || this.#state.isGiven) return;
    if (hasPassed && errno === 'EPERM') {
      const start = evidence.start.get(process.root);
      if (start === undefined) evidence.startsIn(process.root, 'init', line);
      else if (start.userns === 'own') evidence.unprivileged(line);
    } else if (result.errno === 'EPERM' && errno === null && !process.cred.isShown) this.#learnLack(process, caps);
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
}

/** Whether a result says that every permission was there: it succeeded, or a later stage answered. */
function isPermitted(command: string, errno: string | null, value: number | null): boolean {
  if (value !== null) return true;
  // The verifier comes after all permission checks of a program.
  return command === 'prog_load' && (errno === 'EACCES' || errno === 'ENOTSUPP' || errno === 'ENOSPC');
}

/** Where the masks of a token come from. */
function keyOf(token: LogToken): string {
  return token.bpffs?.key ?? token.key;
}
