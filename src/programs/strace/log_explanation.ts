import type { Position } from '../../diagnostics/diagnostics.js';
import type { Profile } from '../../kernel/profile.js';
import type { BpfAnswer, LogAgreement } from './bpf_answer.js';
import type { InFront } from './in_front.js';
import type { MessageMeaning } from './libbpf_messages.js';
import type { LogAccount } from './line_notes.js';
import type { LoaderStep } from './loader_steps.js';
import type { GivenStart, LogState } from './log_state.js';
import type { MountAnswer } from './mount_calls.js';

/** What is known besides a log. */
export interface LogOptions {
  /** The kernel; otherwise the one that the log names (kern_version), or the newest. */
  readonly profile?: Profile | undefined;
  /** What the processes start with, where the log does not show it. */
  readonly start?: GivenStart | undefined;
}

/** A bpf() call of a log, explained. */
export interface ExplainedCall extends BpfAnswer {
  /** What the call is for, and what its refusal means; undefined for a call of the program that was not refused. */
  readonly step: LoaderStep | undefined;
  /** What may have answered in the place of bpf(), where log and simulator disagree. */
  readonly inFront: readonly InFront[];
  /** What the error means that is no answer of the permission checks. */
  readonly hint: string | undefined;
}

/** A call that opens, configures or mounts a bpffs. */
export interface ExplainedMountCall extends MountAnswer {
  readonly at: Position;
  readonly process: string;
  /** The error in the log; null where it has none. */
  readonly logged: string | null;
  readonly agreement: LogAgreement;
  readonly hint: string | undefined;
}

/** A message of libbpf that says something about tokens or permissions, or a call that no token covers. */
export interface ExplainedMessage extends MessageMeaning {
  readonly at: Position;
  readonly text: string;
}

/** What a log does not show, and what was taken in its place. */
export interface LogAssumption {
  readonly about: 'kernel' | 'process' | 'bpffs' | 'token' | 'sysctl';
  /** `inferred`: it follows from results of the log. `assumed`: nothing in the log tells. `given`: an option or a scenario says it. */
  readonly basis: 'inferred' | 'assumed' | 'given';
  readonly text: string;
}

/** A log, explained. */
export interface LogExplanation {
  readonly profile: Profile;
  readonly account: LogAccount;
  readonly calls: readonly ExplainedCall[];
  readonly mountCalls: readonly ExplainedMountCall[];
  readonly messages: readonly ExplainedMessage[];
  readonly assumptions: readonly LogAssumption[];
  /** The bpffs and tokens that it has, as they are at its end. */
  readonly state: LogState;
}
