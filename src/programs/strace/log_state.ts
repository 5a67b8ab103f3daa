import { CAP_FULL_SET } from '../../abi/capabilities.js';
import { type Masks, masksBy } from '../../kernel/masks.js';
import { UserNamespace } from '../../kernel/userns.js';
import { startCredentials } from './credentials.js';
import type { Evidence } from './evidence.js';
import type { LogBpffs, LogContext, LogFile, LogToken } from './log_objects.js';
import { FollowedRoom, type ForkOf, LogProcess, MAX_MOUNTS } from './log_process.js';

/** What is said of the processes with which a log starts, where more is known than the log shows. */
export interface GivenStart {
  readonly userns: UserNamespace;
  /** As the initial user namespace numbers it. */
  readonly euid: number;
  readonly effective: bigint;
  /** The bpffs that they find wherever the log does not show one. */
  readonly bpffs:
    | { readonly name: string; readonly userns: UserNamespace; readonly masks: Readonly<Masks> }
    | undefined;
}

/** A bit without a name stands for what a bpffs delegates and the log does not show, so that a token can be made of it. */
const SOMETHING = 1n << 63n;
/** Contexts and instances that are followed. */
const MAX_OBJECTS = 4096;

/** Processes, descriptors, mounts and tokens, as they are at a place in a log. */
export class LogState {
  readonly evidence: Evidence;
  readonly init: UserNamespace;
  readonly room = new FollowedRoom();
  readonly contexts: LogContext[] = [];
  /** Descriptors that were sent (SCM_RIGHTS) and not received. */
  readonly sent: LogFile[] = [];
  readonly bpffs: LogBpffs[] = [];
  readonly tokens: LogToken[] = [];
  readonly #given: GivenStart | undefined;
  readonly #forks: ReadonlyMap<number, ForkOf>;
  readonly #processes = new Map<number | null, LogProcess>();
  readonly #bpffsByKey = new Map<string, LogBpffs>();
  readonly #tokensByKey = new Map<string, LogToken>();
  readonly #own: UserNamespace;
  readonly #entered = new Map<string, UserNamespace>();
  /** Children of which no line was seen. */
  readonly #unclaimed = new Map<number, LogProcess>();
  readonly #attached = new Set<number>();
  /** Whether the process that the log names by no number at first has one. */
  #isNamed = false;

  constructor(evidence: Evidence, forks: ReadonlyMap<number, ForkOf>, given: GivenStart | undefined) {
    this.evidence = evidence;
    this.#forks = forks;
    this.#given = given;
    this.init = given ? rootOf(given.userns) : new UserNamespace('init', null, 0);
    this.#own = new UserNamespace('own', this.init, 0);
  }

  /** Whether what the processes start with is given. */
  get isGiven(): boolean {
    return this.#given !== undefined;
  }

  get processes(): Iterable<LogProcess> {
    return this.#processes.values();
  }

  /** The process of a number; one that the log did not show before starts, or is a child. */
  process(pid: number | null): LogProcess {
    const known = this.#processes.get(pid);
    if (pid !== null) this.#unclaimed.delete(pid);
    if (known) return known;
    const made = this.#first(pid);
    this.#processes.set(pid, made);
    return made;
  }

  #first(pid: number | null): LogProcess {
    if (pid === null) return this.#started(pid);
    const fork = this.#forks.get(pid);
    const parent = fork && this.#processes.get(fork.parent);
    // Its first line comes before the end of the call that made it.
    if (parent) return parent.fork(pid, fork, this.room);
    const unnamed = this.#processes.get(null);
    if (unnamed && !this.#attached.has(pid) && !this.#isNamed) {
      this.#isNamed = true;
      return unnamed;
    }
    // The parent has another number for it: that of a pid namespace.
    const [number, child] = this.#unclaimed.entries().next().value ?? [];
    if (!child || (unnamed && !this.#attached.has(pid))) return this.#started(pid);
    this.#unclaimed.delete(number as number);
    return child;
  }

  /** strace says that a process is a child of one that it follows. */
  attached(pid: number): void {
    if (this.#attached.size < MAX_OBJECTS * 16) this.#attached.add(pid);
  }

  #started(pid: number | null): LogProcess {
    const root = pid === null ? START : `pid ${pid}`;
    const given = this.#given;
    if (given) {
      const cred = startCredentials(given.userns, given.euid, given.effective, true);
      return new LogProcess(pid, root, cred, given.userns);
    }
    const isInit = this.evidence.start.get(root)?.userns === 'init';
    const userns = isInit ? this.init : this.#own;
    const effective = CAP_FULL_SET & ~(this.evidence.lacks.get(root) ?? 0n);
    return new LogProcess(pid, root, startCredentials(userns, 0, effective, false), userns);
  }

  /** A process made another; the number may be one that the log does not have: that of a pid namespace. */
  forked(parent: LogProcess, pid: number, fork: ForkOf): void {
    if (this.#processes.has(pid)) return;
    const child = parent.fork(pid, fork, this.room);
    this.#processes.set(pid, child);
    this.#unclaimed.set(pid, child);
  }

  /** What a process had is of no use any more. */
  ended(pid: number | null): void {
    const process = pid === null ? undefined : this.#processes.get(pid);
    if (process === undefined || pid === null) return;
    this.room.release(process.files);
    this.#processes.delete(pid);
    this.#unclaimed.delete(pid);
  }

  /** The user namespace that setns() enters: the same for the same text. */
  entered(what: string): UserNamespace {
    const known = this.#entered.get(what);
    if (known) return known;
    const made = new UserNamespace(what, this.init, 0);
    if (this.#entered.size < MAX_OBJECTS) this.#entered.set(what, made);
    return made;
  }

  /** A bpffs that the log does not show being made: what it delegates follows from the answers of the kernel. */
  unseenBpffs(process: LogProcess, path: string | undefined, line: number): LogBpffs {
    const key = `unseen ${process.root} ${path ?? ''}`;
    const known = this.#bpffsByKey.get(key);
    if (known) return known;
    const name = path === undefined || path === '' ? 'not-shown' : path;
    const given = this.#given?.bpffs;
    if (given)
      return this.#keep({
        key,
        name: given.name,
        userns: given.userns,
        masks: { ...given.masks },
        isShown: true,
        line,
      });
    const { evidence } = this;
    const isForeign = evidence.foreign.has(key);
    const userns = isForeign ? this.#another(process) : process.cred.userns;
    const masks = this.#learnt(key, NOTHING);
    return this.#keep({ key, name, userns, masks, isShown: false, line });
  }

  /** What an instance delegates: what the log shows, what calls prove, and something that makes a token of it possible. */
  #learnt(key: string, shown: Readonly<Masks>): Masks {
    const { evidence } = this;
    const proven = evidence.delegated.get(key) ?? NOTHING;
    const masks = masksBy((mask) => shown[mask] | proven[mask]);
    if (!evidence.empty.has(key)) masks.attachs |= SOMETHING;
    return masks;
  }

  /** A user namespace that a bpffs of another one may belong to. */
  #another({ cred }: LogProcess): UserNamespace {
    return cred.userns.isInitial ? this.#own : this.init;
  }

  /** A bpffs that the log shows being made. */
  shownBpffs(bpffs: Omit<LogBpffs, 'key'>): LogBpffs {
    const key = `shown ${this.bpffs.length}`;
    return this.#keep({ ...bpffs, key, masks: bpffs.isShown ? bpffs.masks : this.#learnt(key, bpffs.masks) });
  }

  #keep(bpffs: LogBpffs): LogBpffs {
    if (this.bpffs.length < MAX_OBJECTS) {
      this.bpffs.push(bpffs);
      this.#bpffsByKey.set(bpffs.key, bpffs);
    }
    return bpffs;
  }

  /** A token that comes from outside the log. */
  unseenToken(process: LogProcess, fd: number | undefined, line: number): LogToken {
    const key = `token ${process.root} ${fd ?? ''}`;
    const known = this.#tokensByKey.get(key);
    if (known) return known;
    const given = this.#given?.bpffs;
    const masks = given?.masks ?? this.evidence.delegated.get(key) ?? NOTHING;
    const userns = given?.userns ?? process.cred.userns;
    const name = fd === undefined ? 'not-shown' : `descriptor-${fd}`;
    return this.keepToken({
      key,
      name,
      userns,
      masks: { ...masks },
      bpffs: undefined,
      isShown: given !== undefined,
      line,
    });
  }

  keepToken(token: LogToken): LogToken {
    if (this.tokens.length < MAX_OBJECTS) {
      this.tokens.push(token);
      this.#tokensByKey.set(token.key, token);
    }
    return token;
  }

  /** A bpffs is mounted at a path. */
  mounted(process: LogProcess, path: string, bpffs: LogBpffs): void {
    if (process.mounts.size < MAX_MOUNTS || process.mounts.has(path)) process.mounts.set(path, bpffs);
  }

  /** A descriptor of a process. */
  opened(process: LogProcess, fd: number, file: LogFile): void {
    this.room.set(process.files, fd, file);
  }
}

/** The name of the process that a log has no number for. */
const START = 'the process';
const NOTHING: Readonly<Masks> = { cmds: 0n, maps: 0n, progs: 0n, attachs: 0n };

function rootOf(userns: UserNamespace): UserNamespace {
  let at = userns;
  while (at.parent) at = at.parent;
  return at;
}
