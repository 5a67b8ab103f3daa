import { ERRNO } from '../abi/errno.js';
import type { FsContext, Superblock } from './bpffs.js';
import type { BpfToken } from './token.js';

/** A loaded program, as far as permissions go. It keeps the token it was loaded with (prog->aux->token). */
export interface BpfProg {
  readonly type: number;
  readonly expectedAttachType: number;
  readonly token: BpfToken | null;
}

/** What an open file is. */
export type FileBody =
  | { readonly kind: 'token'; readonly token: BpfToken }
  | { readonly kind: 'prog'; readonly prog: BpfProg }
  | { readonly kind: 'map'; readonly type: number }
  | { readonly kind: 'btf' }
  /** A directory of a mounted bpffs; only its root can make tokens. */
  | { readonly kind: 'bpffs'; readonly sb: Superblock; readonly isRoot: boolean }
  | { readonly kind: 'fscontext'; readonly fc: FsContext }
  /** Anything else: /dev/null, a tmpfs root, ... */
  | { readonly kind: 'other'; readonly what: string };

/** struct file: shared by every descriptor that was duplicated or passed from it. */
export class OpenFile {
  readonly body: FileBody;
  #references = 0;

  constructor(body: FileBody) {
    this.body = body;
  }

  get(): this {
    this.#references += 1;
    return this;
  }

  /** Dropping the last reference releases what the file holds (bpf_token_release(), bpf_prog_release()). */
  put(): void {
    this.#references -= 1;
    if (this.#references > 0) return;
    if (this.body.kind === 'token') this.body.token.put();
    if (this.body.kind === 'prog') this.body.prog.token?.put();
  }
}

interface Slot {
  readonly file: OpenFile;
  readonly opath: boolean;
}

/** The descriptors of one task. */
export class FdTable {
  readonly #slots: (Slot | undefined)[];

  /** Starts with 0, 1 and 2 taken, as a task usually does. */
  constructor() {
    const terminal = new OpenFile({ kind: 'other', what: 'standard stream' });
    this.#slots = [0, 1, 2].map(() => ({ file: terminal.get(), opath: false }));
  }

  /** Opens the lowest free descriptor on a new file. */
  open(body: FileBody, options: { opath?: boolean } = {}): number {
    return this.#install(new OpenFile(body), options.opath ?? false);
  }

  /** The file behind a descriptor, or undefined where it is closed or was opened O_PATH (fs/file.c: fdget()). */
  fdget(fd: number): FileBody | undefined {
    const slot = this.#slots[fd];
    return slot && !slot.opath ? slot.file.body : undefined;
  }

  /** The file a descriptor names, O_PATH or not, as openat() sees its dirfd. */
  pathOf(fd: number): FileBody | undefined {
    return this.#slots[fd]?.file.body;
  }

  /** A second descriptor on the same file, or -EBADF. */
  dup(fd: number): number {
    return this.sendTo(this, fd);
  }

  /** 0, or -EBADF. */
  close(fd: number): number {
    const slot = this.#slots[fd];
    if (!slot) return -ERRNO.EBADF;
    this.#slots[fd] = undefined;
    slot.file.put();
    return 0;
  }

  /** Passes the open file to another task (SCM_RIGHTS, pidfd_getfd): the new descriptor there, or -EBADF. */
  sendTo(other: FdTable, fd: number): number {
    const slot = this.#slots[fd];
    return slot ? other.#install(slot.file, slot.opath) : -ERRNO.EBADF;
  }

  #install(file: OpenFile, opath: boolean): number {
    const free = this.#slots.indexOf(undefined);
    const fd = free === -1 ? this.#slots.length : free;
    this.#slots[fd] = { file: file.get(), opath };
    return fd;
  }
}
