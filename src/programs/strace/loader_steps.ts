import type { Profile } from '../../kernel/profile.js';
import type { BpfAnswer } from './bpf_answer.js';
import { isOfLibbpf, LIBBPF_PROBES, type LoggedConsequence } from './libbpf_probes.js';
import type { LoggedBpf } from './logged_bpf.js';

/** What a call is for, and what its refusal means. */
export interface LoaderStep {
  /** `libbpf: does a program of two instructions load`. */
  readonly what: string;
  readonly consequence: LoggedConsequence;
  readonly why: string;
}

/** The largest BTF that libbpf makes to ask about a kind of type (1.7: 159 bytes are not reached). */
const MAX_PROBE_BTF = 160;

/** Tells what the calls of a process are for. Calls come in order. */
export class LoaderSteps {
  readonly #profile: Profile;
  readonly #calls: readonly BpfAnswer[];

  /** `calls`: those of one process, in order. */
  constructor(profile: Profile, calls: readonly BpfAnswer[]) {
    this.#profile = profile;
    this.#calls = calls;
  }

  /** What each call is for; undefined for one that is the program's own and succeeded. */
  steps(): readonly (LoaderStep | undefined)[] {
    return this.#calls.map((answer, i) => this.#step(answer, i));
  }

  #step(answer: BpfAnswer, i: number): LoaderStep | undefined {
    const { call, result } = answer;
    const cmd = this.#name(call);
    const isRefused = result.errno !== null;
    const trivial = this.#trivial(answer, i);
    if (trivial) return isRefused ? trivial : { ...trivial, consequence: 'none' };
    const known = LIBBPF_PROBES.find(({ fits }) => fits(call, cmd, this.#type(call)));
    if (known) return { what: known.what, consequence: isRefused ? known.refused : 'none', why: known.why };
    if (cmd === 'btf_load') return this.#btf(call, isRefused);
    if (cmd === 'token_create') return tokenStep(answer, this.#after(i));
    if (!isRefused) return undefined;
    return this.#own(answer, i, cmd);
  }

  /** The programs of two instructions with which libbpf finds out about memory accounting, and whether anything loads. */
  #trivial({ call, tokenOfCall }: BpfAnswer, i: number): LoaderStep | undefined {
    const isSmall =
      this.#name(call) === 'prog_load' &&
      isOfLibbpf(call) &&
      call.insnCnt === 2 &&
      call.attachType === 0 &&
      call.name === '';
    if (!isSmall) return undefined;
    const type = this.#type(call);
    if (type !== 'socket_filter' && type !== 'tracepoint') return undefined;
    const before = this.#calls.slice(Math.max(0, i - 8), i).filter((other) => this.#isTrivial(other.call));
    const isFirst = before.length === 0 && type === 'socket_filter';
    const next = this.#calls[i + 1];
    const isFollowed = next !== undefined && this.#isTrivial(next.call) && this.#type(next.call) === 'socket_filter';
    if (isFirst && tokenOfCall === 'none' && isFollowed) {
      return {
        what: 'libbpf asks whether memory of programs is accounted to a cgroup',
        consequence: 'harmless',
        why: 'libbpf never passes its token here; it raises RLIMIT_MEMLOCK in its place, and warns where it may not',
      };
    }
    const both =
      type === 'socket_filter'
        ? next !== undefined &&
          this.#isTrivial(next.call) &&
          this.#type(next.call) === 'tracepoint' &&
          next.result.errno !== null
        : before.some((other) => other.result.errno !== null);
    const isFatal = both && !this.#goesOn(i);
    return {
      what: `libbpf asks whether a trivial program loads (${type})`,
      consequence: isFatal ? 'fatal' : 'harmless',
      why: isFatal
        ? 'neither a socket_filter nor a tracepoint program loads: libbpf gives up, whatever the object needs'
        : 'libbpf tries a tracepoint program where a socket_filter program is refused, and one of them is enough',
    };
  }

  #isTrivial(call: LoggedBpf): boolean {
    const type = this.#type(call);
    return (
      this.#name(call) === 'prog_load' &&
      isOfLibbpf(call) &&
      call.insnCnt === 2 &&
      call.attachType === 0 &&
      call.name === '' &&
      (type === 'socket_filter' || type === 'tracepoint')
    );
  }

  #btf(call: LoggedBpf, isRefused: boolean): LoaderStep {
    const size = call.numbers.btf_size;
    if (size !== undefined && size < MAX_PROBE_BTF) {
      return {
        what: 'libbpf asks whether a kind of BTF is taken',
        consequence: isRefused ? 'degrades' : 'none',
        why: 'libbpf leaves that kind out, or all BTF where the first one is refused',
      };
    }
    return {
      what: 'the BTF of the object',
      consequence: isRefused ? 'degrades' : 'none',
      why: 'it loads without BTF, unless it has local storage, spin locks, timers, callbacks or struct_ops, which need it',
    };
  }

  /** A call of the program itself. */
  #own({ call }: BpfAnswer, i: number, cmd: string): LoaderStep {
    const what = WHAT[cmd] ?? `the program calls ${cmd}`;
    if (this.#succeedsLater(call, i)) {
      return { what, consequence: 'harmless', why: 'the same was asked again later, and the kernel did it' };
    }
    if (cmd === 'prog_load' || cmd === 'map_create') {
      const isLast = !this.#goesOn(i);
      return {
        what,
        consequence: isLast ? 'fatal' : 'unknown',
        why: isLast
          ? 'nothing of the kind succeeds later: what it loads does not load'
          : 'other programs or maps are made later: it goes on without this one, or tries another',
      };
    }
    if (cmd === 'obj_get_info_by_fd' || /_get_(?:next_id|fd_by_id)$/.test(cmd)) {
      return { what, consequence: 'degrades', why: 'it cannot look at what is loaded' };
    }
    return { what, consequence: 'unknown', why: 'the log does not tell what the program makes of it' };
  }

  /** What the process does after a call. */
  #after(i: number): Aftermath {
    if (i + 1 >= this.#calls.length) return 'nothing';
    return this.#lastRefused > i ? 'refused' : 'done';
  }

  /** Index of the last call without a token that was refused and is no probe that never has one. */
  get #lastRefused(): number {
    this.#refused ??= this.#calls.findLastIndex(({ call, result, tokenOfCall }) => {
      return result.errno === 'EPERM' && tokenOfCall === 'none' && this.#name(call) !== 'token_create';
    });
    return this.#refused;
  }
  #refused: number | undefined;

  /** Whether the process makes maps or programs after a call. */
  #goesOn(i: number): boolean {
    return this.#lastSuccess > i;
  }

  /** Index of the last map or program that was made. */
  get #lastSuccess(): number {
    this.#last ??= this.#calls.findLastIndex(
      ({ call, result }) => result.value !== null && /^(?:prog_load|map_create)$/.test(this.#name(call)),
    );
    return this.#last;
  }
  #last: number | undefined;

  /** Whether the same is asked again after a call, and done. A probe of libbpf stands for itself alone. */
  #succeedsLater(call: LoggedBpf, i: number): boolean {
    return (this.#successes.get(this.#key(call)) ?? -1) > i;
  }

  /** Index of the last call of a kind that succeeded, by kind. */
  get #successes(): ReadonlyMap<string, number> {
    if (this.#lastOfKind) return this.#lastOfKind;
    const last = new Map<string, number>();
    for (const [i, { call, result }] of this.#calls.entries()) {
      const isOwn = !(isOfLibbpf(call) && this.#name(call) === 'prog_load');
      if (result.value !== null && isOwn) last.set(this.#key(call), i);
    }
    this.#lastOfKind = last;
    return last;
  }
  #lastOfKind: ReadonlyMap<string, number> | undefined;

  #key(call: LoggedBpf): string {
    return `${this.#name(call)} ${this.#type(call)} ${call.insnCnt}`;
  }

  #name({ cmd }: LoggedBpf): string {
    return this.#profile.vocabulary.nameOf('cmds', cmd);
  }

  #type({ cmd, type }: LoggedBpf): string {
    const { vocabulary } = this.#profile;
    const name = vocabulary.nameOf('cmds', cmd);
    return name === 'map_create' ? vocabulary.nameOf('map_types', type) : vocabulary.nameOf('prog_types', type);
  }
}

const WHAT: Readonly<Record<string, string>> = {
  prog_load: 'a program of the object',
  map_create: 'a map of the object',
  link_create: 'attaching a program',
  prog_attach: 'attaching a program',
  obj_pin: 'pinning an object',
};

/** What a process does after a call: nothing with bpf(), or calls of which one is refused for want of a capability, or none. */
type Aftermath = 'nothing' | 'refused' | 'done';

/** Without a token that was asked for libbpf ends; one that it tries of itself may fail. */
function tokenStep({ result, context }: BpfAnswer, after: Aftermath): LoaderStep {
  const what = 'the program makes a token';
  if (result.errno === null) return { what, consequence: 'none', why: '' };
  if (result.errno === 'EOPNOTSUPP' && after !== 'nothing') {
    return {
      what,
      consequence: 'harmless',
      why: 'in the initial user namespace capabilities count by themselves: what fails later fails for another reason',
    };
  }
  if (after === 'done') return { what, consequence: 'harmless', why: 'it goes on without a token, and needs none' };
  if (after === 'refused')
    return {
      what,
      consequence: 'degrades',
      why: 'it goes on without a token, and what it loads is refused for want of one',
    };
  const path = context?.world.bpffs[context.request.bpffs ?? -1]?.name;
  const isGiven = path?.startsWith('/') === true && path !== '/sys/fs/bpf';
  return {
    what,
    consequence: isGiven ? 'fatal' : 'unknown',
    why: 'libbpf ends here where a path was given (bpf_token_path, LIBBPF_BPF_TOKEN_PATH), and goes on without a token where it tried /sys/fs/bpf of itself',
  };
}
