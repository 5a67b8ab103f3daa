import { BpfTokenSimError } from '../errors.js';

/** What the command's exit status means. */
export const EXIT = {
  /** Fine, or allowed. A batch that ran to its end is fine, whatever it denied. */
  OK: 0,
  /** Denied (check, explain); an expectation or a comparison failed. */
  NEGATIVE: 1,
  /** The command line or the input could not be used. */
  BAD_INPUT: 2,
  /** Ctrl-C. */
  INTERRUPTED: 130,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** What an error says besides its message, where it can. */
export interface InputRemarks extends ErrorOptions {
  /** The file it is about, as messages name it. */
  readonly file?: string | undefined;
  /** The valid name nearest to the one given. */
  readonly nearest?: string | undefined;
}

/** Something the user has to put right. Its message is for them, without a stack. */
export class InputError extends BpfTokenSimError {
  override readonly name: string = 'InputError';
  override readonly code: 'INPUT' | 'USAGE' = 'INPUT';
  readonly file: string | undefined;
  readonly nearest: string | undefined;

  constructor(message: string, { file, nearest, ...options }: InputRemarks = {}) {
    super(message, options);
    this.file = file;
    this.nearest = nearest;
  }
}

/** A command line that cannot be read. */
export class UsageError extends InputError {
  override readonly name = 'UsageError';
  override readonly code = 'USAGE';
}
