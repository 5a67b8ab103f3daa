import { BpfTokenSimError } from '../errors.js';

/** What is missing on this machine to ask its kernel, or what failed there. */
export class HostError extends BpfTokenSimError {
  override readonly name = 'HostError';
  override readonly code = 'HOST';
}
