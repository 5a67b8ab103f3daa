import type { Cred } from '../../kernel/capability.js';
import { createUserNs, type UserNamespace } from '../../kernel/userns.js';
import { CLONE_FILES, CLONE_NEWNS, CLONE_NEWUSER } from './clone_flags.js';
import { inUserns, type LogCredentials } from './credentials.js';
import type { LogFile, MountTable } from './log_objects.js';

/** Descriptors that are followed, of all processes together: those of a new process past that are not known. */
const MAX_FOLLOWED = 500_000;
/** Descriptors of one process that are followed. */
const MAX_OF_PROCESS = 2048;
/** Instances of a mount namespace that are followed. */
export const MAX_MOUNTS = 64;

/** A process was made by another. */
export interface ForkOf {
  readonly parent: number | null;
  readonly flags: number;
  /** That of the call. */
  readonly line: number;
}

/** A process of a log. */
export class LogProcess {
  /** As the log names it; `the process` where it names none. */
  readonly name: string;
  readonly pid: number | null;
  /** The process that the log starts with, from which this one comes. */
  readonly root: string;
  cred: LogCredentials;
  /** Whether it is in the user namespace that it started in. */
  isAtStart = true;
  mountNs: UserNamespace;
  mounts: MountTable;
  files: Map<number, LogFile>;
  /** The descriptor of a directory, and of a token, that it got last. */
  lastDirectory: number | undefined;
  lastToken: number | undefined;
  /** The line on which it installed a filter for system calls. */
  filterLine: number | undefined;

  constructor(pid: number | null, root: string, cred: LogCredentials, mountNs: UserNamespace) {
    this.pid = pid;
    this.name = pid === null ? 'the process' : `pid ${pid}`;
    this.root = root;
    this.cred = cred;
    this.mountNs = mountNs;
    this.mounts = new Map();
    this.files = new Map();
  }

  /** As the checks of the kernel take it. */
  get kernelCred(): Cred {
    const { userns, globalEuid, effective } = this.cred;
    return { userns, euid: globalEuid, egid: globalEuid, effective };
  }

  /** Makes namespaces of its own: a user namespace first, which then owns the others. `line`: that of the call. */
  unshare(flags: number, line: number): void {
    if ((flags & CLONE_NEWUSER) !== 0) {
      const made = createUserNs(`made-on-line-${line}`, this.cred.userns, this.cred.globalEuid);
      if (typeof made !== 'number') this.enterUserns(made);
    }
    if ((flags & CLONE_NEWNS) !== 0) {
      this.mountNs = this.cred.userns;
      this.mounts = new Map(this.mounts);
    }
  }

  /** Is in another user namespace from here on. */
  enterUserns(userns: UserNamespace): void {
    this.cred = inUserns(this.cred, userns);
    this.isAtStart = false;
  }

  /** A child, with copies of its descriptors, or the same ones (CLONE_FILES), and the namespaces that the flags make. */
  fork(pid: number | null, { flags, line }: Pick<ForkOf, 'flags' | 'line'>, room: FollowedRoom): LogProcess {
    const child = new LogProcess(pid, this.root, this.cred, this.mountNs);
    child.isAtStart = this.isAtStart;
    child.mounts = this.mounts;
    child.files = (flags & CLONE_FILES) !== 0 ? this.files : room.copy(this.files);
    child.lastDirectory = this.lastDirectory;
    child.lastToken = this.lastToken;
    child.filterLine = this.filterLine;
    child.unshare(flags, line);
    return child;
  }
}

/** Counts the descriptors that are followed. */
export class FollowedRoom {
  #followed = 0;

  copy(files: Map<number, LogFile>): Map<number, LogFile> {
    if (this.#followed + files.size > MAX_FOLLOWED) return new Map();
    this.#followed += files.size;
    return new Map(files);
  }

  release(files: Map<number, LogFile>): void {
    this.#followed = Math.max(0, this.#followed - files.size);
  }

  set(files: Map<number, LogFile>, fd: number, file: LogFile): void {
    if (!files.has(fd)) {
      if (this.#followed >= MAX_FOLLOWED || files.size >= MAX_OF_PROCESS) return;
      this.#followed += 1;
    }
    files.set(fd, file);
  }
}
