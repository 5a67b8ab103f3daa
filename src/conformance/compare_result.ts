import { ERRNO } from '../abi/errno.js';
import { Outcome } from '../abi/verdict.js';
import { decodeVerdict } from '../kernel/verdict.js';
import { type LateRefusal, outOfScopeRuleOf } from './out_of_scope_rules.js';
import type { CallResult } from './record.js';

/** The expected result of a call: an errno, or 0 where no rule of the model refuses it. */
export interface ExpectedResult {
  readonly errno: number;
  /** The refusal is the last check of the model: what the kernel does between permission and this check may speak first. */
  readonly isLast: boolean;
}

/**
 * The comparison of a recorded result with the model's. `outside` names the out-of-scope rule that applied;
 * `isOtherInterpretation`: only another interpretation of the format agrees.
 */
export type ResultComparison =
  | { readonly kind: 'agreed'; readonly isOtherInterpretation?: true }
  | { readonly kind: 'disagreed' }
  | { readonly kind: 'outside'; readonly outOfScopeRule: string };

export const AGREED: ResultComparison = { kind: 'agreed' };
export const DISAGREED: ResultComparison = { kind: 'disagreed' };

/**
 * Every errno that the model expects must be the kernel's. Where it expects none, the kernel succeeds, or an out-of-scope rule
 * with this result applies; such a rule may also speak before the refusal of a map or a program by SELinux, the last check.
 */
export function compareResult(
  expectedResult: ExpectedResult,
  result: CallResult,
  refusal: () => LateRefusal,
): ResultComparison {
  if (expectedResult.errno === result.errno) return AGREED;
  if (expectedResult.errno !== 0 && !expectedResult.isLast) return DISAGREED;
  const outOfScopeRule = outOfScopeRuleOf(refusal());
  return outOfScopeRule === undefined ? DISAGREED : { kind: 'outside', outOfScopeRule };
}

/** The expected result of a verdict byte. Recordings have no undecided requests. */
export function expectedResultOf(byte: number): ExpectedResult {
  const { errno, outcome } = decodeVerdict(byte);
  return { errno: errno === null ? 0 : ERRNO[errno], isLast: outcome === Outcome.CREATE_LSM_REFUSED };
}
