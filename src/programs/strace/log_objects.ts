import type { FsContext } from '../../kernel/bpffs.js';
import type { Masks } from '../../kernel/masks.js';
import type { UserNamespace } from '../../kernel/userns.js';

/** A bpffs of a log. */
export interface LogBpffs {
  /** The same in every pass over the log: by the order in which they appear. */
  readonly key: string;
  /** Where it is mounted, as the log has it; `a bpffs that the log does not show` where it does not. */
  name: string;
  userns: UserNamespace;
  readonly masks: Masks;
  /** The log shows who opened it and what it delegates; otherwise both are inferred from what the kernel answered. */
  readonly isShown: boolean;
  /** The line on which it appears. */
  readonly line: number;
}

/** A token of a log. */
export interface LogToken {
  readonly key: string;
  readonly name: string;
  readonly userns: UserNamespace;
  readonly masks: Masks;
  /** The bpffs that it was made from; undefined where it comes from outside the log. */
  readonly bpffs: LogBpffs | undefined;
  /** The masks are those that the log shows. */
  readonly isShown: boolean;
  readonly line: number;
}

/** A context of fsopen("bpf"), and who opened it. */
export interface LogContext {
  readonly fc: FsContext;
  readonly line: number;
  /** The process that opened it, as the log names it. */
  readonly opener: string;
  /** The log shows fsopen(). */
  readonly isShown: boolean;
  bpffs: LogBpffs | undefined;
  /** strace cut the value of an option (-s): what it delegates is not shown. */
  isCut: boolean;
}

/** What a descriptor of a process of a log is. */
export type LogFile =
  | { readonly kind: 'bpffs'; readonly bpffs: LogBpffs; readonly isRoot: boolean; readonly isPathOnly: boolean }
  | { readonly kind: 'context'; readonly context: LogContext }
  | { readonly kind: 'token'; readonly token: LogToken }
  | { readonly kind: 'prog'; readonly type: number; readonly attachType: number; readonly token: LogToken | undefined }
  /** A directory, or what may be one, of which the log does not show what is mounted there. */
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'closed' }
  | { readonly kind: 'other'; readonly what: string };

/** The bpffs instances that a mount namespace has, by path. */
export type MountTable = Map<string, LogBpffs>;
