import { errnoName } from '../abi/errno.js';
import type { Step } from '../kernel/trace.js';
import type { ResultComparison } from './compare_result.js';
import { ANY_ERRNO, type CallResult, type RecordedCase } from './record.js';

/** One result in which kernel and model differ. */
export interface Difference {
  /** `errno`, `fdinfo`, `options`, `step 3`. */
  readonly what: string;
  readonly kernel: string;
  readonly model: string;
}

/** A record and its comparison with the model. */
export interface ComparedCase {
  readonly record: RecordedCase;
  readonly comparison: ResultComparison;
  /** Empty where they agree. */
  readonly differences: readonly Difference[];
  /** The model's verdict byte, where it is one call that has one. */
  readonly model: number | null;
  /** The hot path's verdict bytes; null where it did not decide the case. */
  readonly wasm: { readonly request: number; readonly batch: number } | null;
  /** The checks of the model, from a second evaluation. */
  explain(): readonly Step[];
}

/** `ok`, `EPERM`, or the number of an error without a name. */
export function formatErrno(errno: number, name: string | null = null): string {
  return errno === 0 ? 'ok' : (name ?? errnoName(errno));
}

/** `ok` or the error of a recorded call. */
export function describeResult({ errno, error }: CallResult): string {
  return errno === ANY_ERRNO ? 'an error' : formatErrno(errno, error);
}
