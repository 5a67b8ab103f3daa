import type { ErrnoName } from '../../abi/errno.js';
import { Fault, type Outcome } from '../../abi/verdict.js';
import type { Position } from '../../diagnostics/diagnostics.js';
import type { CausedEvaluation } from '../../explain/evaluate.js';
import type { Remediation } from '../../explain/remediate.js';
import type { RequestContext } from '../../explain/request_context.js';
import type { LogToken } from './log_objects.js';
import type { LoggedBpf } from './logged_bpf.js';
import type { LoggedResult } from './logged_result.js';
import type { NeededBit } from './needed_bits.js';

/**
 * How the log and the simulator compare. `agrees`: both let the call through, or both answer the same error. `later`: the simulator lets it
 * through, and the error comes of a stage behind the permission checks. `earlier`: the simulator refuses it, and the error comes of a check of
 * the attributes before them. `disagrees`: none of that. `not_compared`: the log does not show enough.
 */
export type LogAgreement = 'agrees' | 'later' | 'earlier' | 'disagrees' | 'not_compared';

/** Why an answer has no request of the model: the descriptor decides. */
export interface DescriptorAnswer {
  readonly outcome: Outcome.FD_EBADF | Outcome.NOT_BPFFS_ROOT | Outcome.UNKNOWN_CMD;
  readonly errno: ErrnoName;
}

/** The token of a call: `none`: it carries none; `shown`: the log shows which; `assumed`: strace does not print it. */
export type TokenOfCall = 'none' | 'shown' | 'assumed';

/** A bpf() call of a log, with the simulator's answer. */
export interface BpfAnswer {
  readonly at: Position;
  /** The process, as the log names it. */
  readonly process: string;
  /** The process of the start that it comes from, where it is in the user namespace that was assumed of that; undefined otherwise. */
  readonly assumedOf: string | undefined;
  readonly call: LoggedBpf;
  readonly result: LoggedResult;
  readonly tokenOfCall: TokenOfCall;
  readonly token: LogToken | undefined;
  /** The request that stands for the call; undefined where none does. */
  readonly context: RequestContext | undefined;
  /** What the model answers; undefined where it was not asked. */
  readonly evaluation: CausedEvaluation | undefined;
  /** What would make a refused call pass; undefined for one that the log has no error of. */
  readonly advice: Remediation | undefined;
  readonly descriptor: DescriptorAnswer | undefined;
  /** The error that the simulator answers; null where it lets the call through. */
  readonly errno: string | null;
  readonly agreement: LogAgreement;
  /** The answer rests on the log alone; otherwise on what follows from results of this log too, or on what was assumed. */
  readonly isShown: boolean;
  /** Where masks are not shown: the bits that the call needs and that no other call proves. At least one of them, or a capability, was missing. */
  readonly unproven: readonly NeededBit[];
  /** Of a refused call without a token: the path of a bpffs in reach that delegates what it needs; undefined where there is none. */
  readonly delegatedAt: string | undefined;
  /** The process had installed a filter for system calls on this line. */
  readonly filterLine: number | undefined;
}

/** Errors of checks that the kernel makes of the attributes before it asks for permission. */
const BEFORE_PERMISSION = new Set(['EINVAL', 'E2BIG', 'EFAULT']);
/** Errors that only something in front of bpf(), or a security module, answers with where the permission is there. */
const NEVER_LATER = new Set(['EPERM', 'ENOSYS']);
/** Commands whose EACCES is the verifier's. */
const VERIFIED = new Set(['prog_load', 'link_create', 'prog_attach', 'obj_get', 'map_update_elem', 'map_lookup_elem']);

/** How a result of the log and an answer of the simulator compare. `command`: its name. */
export function compare(command: string, result: LoggedResult, errno: string | null): LogAgreement {
  if (result.value === null && result.errno === null) return 'not_compared';
  if (result.errno === errno) return 'agrees';
  if (errno === null) {
    const isOfLsm = result.errno === 'EACCES' && !VERIFIED.has(command);
    return NEVER_LATER.has(result.errno as string) || isOfLsm ? 'disagrees' : 'later';
  }
  const isEarlier = errno === 'EPERM' && result.errno !== null && BEFORE_PERMISSION.has(result.errno);
  return isEarlier ? 'earlier' : 'disagrees';
}

/** The fault of a request whose token is of no use. */
export function faultOfTokenFile(file: 'closed' | 'other' | 'token'): Fault {
  return file === 'token' ? Fault.NONE : file === 'closed' ? Fault.TOKEN_EBADF : Fault.TOKEN_EINVAL;
}
