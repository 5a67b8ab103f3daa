import { ERRNO } from '../abi/errno.js';
import { decodeVerdict } from '../kernel/verdict.js';
import { type LateRefusal, outOfScopeRuleOf } from './out_of_scope_rules.js';
import type { CallResult } from './record.js';

/** What the model says a call answers: an errno, or 0 where nothing it knows refuses it. */
export interface ExpectedResult {
  readonly errno: number;
}

/**
 * How a recorded answer stands to the model's. `outside` names the later stage that spoke; `isOtherReading`: the format's
 * words had to be read in the other way they allow.
 */
export type Comparison =
  | { readonly kind: 'agreed'; readonly isOtherReading?: true }
  | { readonly kind: 'disagreed' }
  | { readonly kind: 'outside'; readonly outOfScopeRule: string };

export const AGREED: Comparison = { kind: 'agreed' };
export const DISAGREED: Comparison = { kind: 'disagreed' };

/**
 * Every errno the model claims must be the kernel's. Where it claims none, the kernel succeeds, or a later stage known
 * to answer so spoke.
 */
export function compareResult(
  expectedResult: ExpectedResult,
  result: CallResult,
  refusal: () => LateRefusal,
): Comparison {
  if (expectedResult.errno === result.errno) return AGREED;
  if (expectedResult.errno !== 0) return DISAGREED;
  const outOfScopeRule = outOfScopeRuleOf(refusal());
  return outOfScopeRule === undefined ? DISAGREED : { kind: 'outside', outOfScopeRule };
}

/** What a verdict byte claims. Undecided requests are none that a recording asks. */
export function expectedResultOf(byte: number): ExpectedResult {
  const { errno } = decodeVerdict(byte);
  return { errno: errno === null ? 0 : ERRNO[errno] };
}
