import { BpfTokenSimError } from '../errors.js';

/** A pattern of requests that cannot be read, or that no request fits. */
export class PatternError extends BpfTokenSimError {
  override readonly name = 'PatternError';
  override readonly code = 'PATTERN';
  /** The pattern, as written. */
  readonly pattern: string;
  /** Where the part that is wrong starts, from 1, in UTF-16 units. */
  readonly column: number;
  /** The valid name nearest to the one given. */
  readonly nearest: string | undefined;

  constructor(pattern: string, column: number, message: string, nearest?: string) {
    super(`the pattern "${pattern}", column ${column}: ${message}`);
    this.pattern = pattern;
    this.column = column;
    this.nearest = nearest;
  }
}
