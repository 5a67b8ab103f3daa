import { errnoName } from '../abi/errno.js';
import type { Step } from '../kernel/trace.js';
import type { Comparison } from './compare_result.js';
import { ANY_ERRNO, type CallResult, type RecordedCase } from './record.js';

/** One thing that kernel and model say differently. */
export interface Difference {
  /** `errno`, `fdinfo`, `options`, `step 3`. */
  readonly what: string;
  readonly kernel: string;
  readonly model: string;
}

/** A record and how it stands to the model. */
export interface ComparedCase {
  readonly record: RecordedCase;
  readonly comparison: Comparison;
  /** None where it agreed. */
  readonly differences: readonly Difference[];
  /** The model's verdict byte, where it is one call that has one. */
  readonly model: number | null;
  /** The hot path's verdict bytes; null where it was not asked. */
  readonly wasm: { readonly request: number; readonly batch: number } | null;
  /** The checks the model made, asked again. */
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
