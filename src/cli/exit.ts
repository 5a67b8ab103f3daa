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

/** Something the user has to put right. Its message is for them, without a stack. */
export class InputError extends BpfTokenSimError {
  override readonly name = 'InputError';
  override readonly code = 'INPUT';
}
