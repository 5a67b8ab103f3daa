import { BpfTokenSimError } from '../errors.js';
import { FORMAT_NAMES } from './formats.js';

/** A text that is of no format that is read. */
export class UnknownFormatError extends BpfTokenSimError {
  override readonly name = 'UnknownFormatError';
  override readonly code = 'UNKNOWN_FORMAT';
  /** As messages name it. */
  readonly file: string;

  constructor(file: string) {
    super(`${file}: the format is not known by the content; name it (--dialect): one of ${FORMAT_NAMES.join(', ')}`);
    this.file = file;
  }
}
