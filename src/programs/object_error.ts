import { BpfTokenSimError } from '../errors.js';

/** Bytes that are not the BPF object or BTF that they should be. */
export class BpfObjectError extends BpfTokenSimError {
  override readonly name = 'BpfObjectError';
  override readonly code = 'BPF_OBJECT';
  /** Where, in bytes from the start of what was given to read. */
  readonly offset: number;

  /** `message`: what must hold, and what was found instead. */
  constructor(offset: number, message: string) {
    super(`byte ${offset}: ${message}`);
    this.offset = offset;
  }
}
