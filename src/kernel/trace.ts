import { Disposition, Outcome } from '../abi/verdict.js';
import type { Access } from './selinux.js';
import type { UserNamespace } from './userns.js';
import type { Withheld } from './verifier/withheld.js';

/** One check the kernel made. */
export interface Step {
  /** The kernel function it mirrors. */
  readonly fn: string;
  readonly ok: boolean;
  /** What was checked and found, in words. */
  readonly text: string;
}

/**
 * Filled by a simulated system call: why it answered as it did, and, when steps are asked for, every check on the way.
 * One trace serves one call.
 */
export class Trace {
  outcome: Outcome = Outcome.ALLOWED;
  disposition: Disposition = Disposition.NONE_GIVEN;
  /** The capability whose lack, or whose refusal by an LSM, decided; null where none did. */
  capability: number | null = null;
  /** The user namespace a capability was last asked in. */
  askedIn: UserNamespace | null = null;
  /** What the verifier withheld from the program; null where it withheld nothing. */
  withheld: Withheld | null = null;
  /** What SELinux did not allow, in order; of these, some may have been made up for by CAP_SYS_ADMIN. */
  readonly refusedAccesses: Access[] = [];
  readonly steps: Step[] | null;

  constructor(options: { steps?: boolean } = {}) {
    this.steps = options.steps ? [] : null;
  }

  /** Texts are made only when steps are kept. */
  step(fn: string, ok: boolean, text: () => string): void {
    this.steps?.push({ fn, ok, text: text() });
  }

  /** Notes the reason for an answer and returns the negated errno, as the system call does. */
  refuse(outcome: Outcome, errno: number): number {
    this.outcome = outcome;
    return -errno;
  }
}
