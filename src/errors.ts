import { printableMessage } from './text/printable.js';

// What the library throws where the mistake is the caller's. Each has a code, which stays the same whatever the words.

/**
 * What `code` can be, each with one meaning. The last three are the command's: input that cannot be used, a command line that
 * cannot be read, and an error of the system.
 */
export const ERROR_CODES = [
  'UNKNOWN_NAME',
  'UNKNOWN_FORMAT',
  'CANNOT_EXPRESS',
  'INVALID_REQUEST',
  'INVALID_SPEC',
  'WORLD_TOO_LARGE',
  'COLUMN_LENGTH',
  'COLUMN_TYPE',
  'COLUMN_MEMORY',
  'INVALID_ARGUMENT',
  'HOOKS_NOT_SUPPORTED',
  'NARROWING_NOT_SUPPORTED',
  'NOT_SHARED',
  'DISPOSED',
  'TABLE_CHANGED',
  'ABORTED',
  'ATTACHMENT_LIMIT',
  'BAD_ROW',
  'BPF_OBJECT',
  'CLOSED',
  'FILE',
  'HOST',
  'NO_WORKERS',
  'PATTERN',
  'RECORDING',
  'REQUEST_TABLE',
  'SCENARIO',
  'TASK_CRASHED_WORKERS',
  'TOO_MANY_GROUPS',
  'WORKER_CRASHED',
  'INPUT',
  'USAGE',
  'SYSTEM',
] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];

/** Everything the library throws on purpose: `code` is for programs, `message` for people. */
export abstract class BpfTokenSimError extends Error {
  /** Messages say what was given: their lines are made printable here. */
  constructor(message: string | readonly string[], options?: ErrorOptions) {
    super(printableMessage(message), options);
  }

  /** `UNKNOWN_NAME`, `DISPOSED`: one for each class. */
  abstract readonly code: ErrorCode;
}

/** What is said of a name that is not known. */
interface NameComplaint {
  readonly message: string;
  readonly expected?: string;
  readonly nearest?: string;
}

/** A task, token, command, type or fault of a name (or a number) that there is none of. */
export class UnknownNameError extends BpfTokenSimError {
  override readonly name = 'UnknownNameError';
  override readonly code = 'UNKNOWN_NAME';
  /** `task`, `token`, `bpffs`, `command`, `map type`, `program type`, `attach type`, `fault`. */
  readonly kind: string;
  readonly given: string;
  /** What would have been right, in words. */
  readonly expected: string | undefined;
  /** The valid name nearest to the one given, where one is near enough to be meant. */
  readonly nearest: string | undefined;

  constructor(kind: string, given: string, { message, expected, nearest }: NameComplaint) {
    super(message);
    this.kind = kind;
    this.given = given;
    this.expected = expected;
    this.nearest = nearest;
  }
}

/** A request that misses a field its command needs, or has one of a wrong kind. */
export class InvalidRequestError extends BpfTokenSimError {
  override readonly name = 'InvalidRequestError';
  override readonly code = 'INVALID_REQUEST';
  /** As in the request: `prog_type`. */
  readonly field: string;

  constructor(field: string, message: string) {
    super(message);
    this.field = field;
  }
}

/** A world, a task or token to add, or masks to narrow to, with a field that is wrong. */
export class InvalidSpecError extends BpfTokenSimError {
  override readonly name = 'InvalidSpecError';
  override readonly code = 'INVALID_SPEC';
  /** As in the spec: `userns`; in a world with its place: `tasks[3].userns`. */
  readonly field: string;

  constructor(field: string, message: string) {
    super(message);
    this.field = field;
  }
}

/** More of something than a world's tables have room for. */
export class WorldTooLargeError extends BpfTokenSimError {
  override readonly name = 'WorldTooLargeError';
  override readonly code = 'WORLD_TOO_LARGE';
  /** `tasks`, `tokens`, `user namespaces`. */
  readonly what: string;
  readonly count: number;
  readonly most: number;

  constructor(what: string, count: number, most: number) {
    super(`${count} ${what}: at most ${most} fit one world`);
    this.what = what;
    this.count = count;
    this.most = most;
  }
}

/** A column of a batch that is not as long as its verdicts. */
export class ColumnLengthError extends BpfTokenSimError {
  override readonly name = 'ColumnLengthError';
  override readonly code = 'COLUMN_LENGTH';
  readonly column: string;
  readonly rows: number;
  /** How many it should have: as many as `out`. */
  readonly expected: number;

  constructor(column: string, rows: number, expected: number) {
    super(
      column === 'out'
        ? `out has ${rows} rows left of ${expected}: its buffer became shorter`
        : `column ${column} has ${rows} rows, out has ${expected}`,
    );
    this.column = column;
    this.rows = rows;
    this.expected = expected;
  }
}

/** A column of a batch that is missing, or whose elements are of another size: they would be read wrongly. */
export class ColumnTypeError extends BpfTokenSimError {
  override readonly name = 'ColumnTypeError';
  override readonly code = 'COLUMN_TYPE';
  readonly column: string;
  /** `Uint8Array`, or `undefined` where there is none. */
  readonly given: string;
  /** `Uint16Array`. */
  readonly expected: string;

  constructor(column: string, given: string, expected: string) {
    super(`column ${column} is ${given}, ${expected} is expected`);
    this.column = column;
    this.given = given;
    this.expected = expected;
  }
}

/** A column of a batch, or `out`, in memory where it cannot be used: verdicts would be written over what is still read. */
export class ColumnMemoryError extends BpfTokenSimError {
  override readonly name = 'ColumnMemoryError';
  override readonly code = 'COLUMN_MEMORY';
  /** The column, or `out`. */
  readonly column: string;

  constructor(column: string, message: string) {
    super(message);
    this.column = column;
  }
}

/** An argument or an option of a call that is of a wrong kind or out of range. */
export class InvalidArgumentError extends BpfTokenSimError {
  override readonly name = 'InvalidArgumentError';
  override readonly code = 'INVALID_ARGUMENT';
  /** As the call names it: `rows`, `workers`. */
  readonly argument: string;

  constructor(argument: string, message: string) {
    super(message);
    this.argument = argument;
  }
}

/** LSM hooks that are functions, which the hot path cannot call. */
export class HooksNotSupportedError extends BpfTokenSimError {
  override readonly name = 'HooksNotSupportedError';
  override readonly code = 'HOOKS_NOT_SUPPORTED';
  readonly hooks: readonly string[];

  constructor(hooks: readonly string[]) {
    super(
      `the hot path cannot call ${hooks.join(', ')}: write the denials as data (denials of a token: cmds, caps), ` +
        'or ask the model (new Model(world, lsm))',
    );
    this.hooks = hooks;
  }
}

/** A token was to be narrowed, and the profile does not have that extension. */
export class NarrowingNotSupportedError extends BpfTokenSimError {
  override readonly name = 'NarrowingNotSupportedError';
  override readonly code = 'NARROWING_NOT_SUPPORTED';
  readonly profile: string;

  constructor(profile: string) {
    super(
      `narrowing a token is an extension that ${profile} does not have; a profile of yours can: ` +
        `extendProfile(profileNamed('${profile}'), 'mine', { token_narrowing: true })`,
    );
    this.profile = profile;
  }
}

/** An evaluator, or an attachment to one, was used after its dispose(). */
export class DisposedError extends BpfTokenSimError {
  override readonly name = 'DisposedError';
  override readonly code = 'DISPOSED';

  constructor(
    message = 'this evaluator was disposed of: its tables are gone; make another with createEvaluator(world)',
  ) {
    super(message);
  }
}

/** An evaluator of private memory was to be shared with another thread. */
export class NotSharedError extends BpfTokenSimError {
  override readonly name = 'NotSharedError';
  override readonly code = 'NOT_SHARED';

  constructor() {
    super(
      "the evaluator's memory must be shared to be used by another thread: createEvaluator(world, { memory: 'shared' }), " +
        'which needs SharedArrayBuffer (in a page: the headers that isolate it)',
    );
  }
}

/** A table in a file that was written to while it was read: what was read is of no one table. */
export class TableChangedError extends BpfTokenSimError {
  override readonly name = 'TableChangedError';
  override readonly code = 'TABLE_CHANGED';
  /** What messages call the table. */
  readonly file: string;

  constructor(file: string, change: string) {
    super(`cannot read ${file}: ${change}`);
    this.file = file;
  }
}

/** Work was ended by an AbortSignal. What it had begun to write is removed. */
export class AbortError extends BpfTokenSimError {
  override readonly name = 'AbortError';
  override readonly code = 'ABORTED';

  constructor(cause?: unknown) {
    super('interrupted', { cause });
  }
}

/** Throws an AbortError once the signal is given. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new AbortError(signal.reason);
}
