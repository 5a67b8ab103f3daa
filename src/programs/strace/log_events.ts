import type { Position } from '../../diagnostics/diagnostics.js';
import type { LoggedResult } from './logged_result.js';
import type { LoggedField } from './logged_value.js';

/** A system call of a log, whose arguments have been read. */
export interface LoggedCall {
  readonly kind: 'call';
  readonly name: string;
  readonly args: readonly LoggedField[];
  readonly result: LoggedResult;
  /** The process that made it; null where the log names none. */
  readonly pid: number | null;
  /** Where the name of the call stands: the line on which it starts. */
  readonly at: Position;
  /** The line on which it ends; that of `at` unless another process came between. */
  readonly endLine: number;
}

/** A process ended: by exit() or by a signal. */
export interface LoggedExit {
  readonly kind: 'exit';
  readonly pid: number | null;
  readonly at: Position;
  /** The exit status; null where a signal ended it. */
  readonly status: number | null;
  readonly signal: string | null;
}

/** A message of libbpf, without `libbpf: `. */
export interface LoggedMessage {
  readonly kind: 'message';
  readonly at: Position;
  readonly text: string;
}

/** The start of a call whose end stands on a later line. */
export interface LoggedStart {
  readonly kind: 'start';
  readonly name: string;
  readonly pid: number | null;
  readonly at: Position;
}

/** strace says that it follows a process which another one made. */
export interface LoggedAttach {
  readonly kind: 'attached';
  readonly pid: number;
}

export type LogEvent = LoggedCall | LoggedExit | LoggedMessage | LoggedStart | LoggedAttach;
