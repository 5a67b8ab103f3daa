import { BpfTokenSimError } from '../errors.js';

/** An invalid line of a recording. `message` is `file:line:column:`, then what was expected and what was found. */
export class RecordingError extends BpfTokenSimError {
  override readonly name = 'RecordingError';
  override readonly code = 'RECORDING';
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 units. */
  readonly column: number;

  /** What is wrong, without where. */
  readonly reason: string;

  constructor(file: string, line: number, column: number, what: string) {
    super(`${file}:${line}:${column}: ${what}`);
    this.reason = what;
    this.file = file;
    this.line = line;
    this.column = column;
  }
}
