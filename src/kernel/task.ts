import type { Cred } from './capability.js';
import { FdTable } from './files.js';
import type { UserNamespace } from './userns.js';

/** A process, as far as BPF tokens go. */
export class Task {
  readonly name: string;
  readonly cred: Cred;
  /** The user namespace that owns the task's mount namespace. */
  readonly mountNs: UserNamespace;
  readonly files = new FdTable();

  constructor(name: string, cred: Cred, mountNs: UserNamespace = cred.userns) {
    this.name = name;
    this.cred = cred;
    this.mountNs = mountNs;
  }
}
