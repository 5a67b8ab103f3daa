import { BpfTokenSimError } from '../../errors.js';

/** A delegation that a format cannot express. `reasons` has a sentence for each thing that it cannot say. */
export class CannotExpressError extends BpfTokenSimError {
  override readonly name = 'CannotExpressError';
  override readonly code = 'CANNOT_EXPRESS';
  readonly target: string;
  readonly reasons: readonly string[];

  constructor(target: string, reasons: readonly string[]) {
    super(reasons.map((reason) => `${target} cannot say it: ${reason}`));
    this.target = target;
    this.reasons = reasons;
  }
}
