import { ERRNO } from '../abi/errno.js';
import { decodeVerdict } from '../kernel/verdict.js';
import type { CallResult } from './record.js';
import { type LateRefusal, stageOf } from './stages.js';

/** What the model says a call answers: an errno, or 0 where nothing it knows refuses it. */
export interface Claim {
  readonly errno: number;
}

/**
 * How a recorded answer stands to the model's. `outside` names the later stage that spoke; `isOtherReading`: the format's
 * words had to be read in the other way they allow.
 */
export type Judgement =
  | { readonly kind: 'agreed'; readonly isOtherReading?: true }
  | { readonly kind: 'disagreed' }
  | { readonly kind: 'outside'; readonly stage: string };

export const AGREED: Judgement = { kind: 'agreed' };
export const DISAGREED: Judgement = { kind: 'disagreed' };

/**
 * Every errno the model claims must be the kernel's. Where it claims none, the kernel succeeds, or a later stage known
 * to answer so spoke.
 */
export function judge(claim: Claim, result: CallResult, refusal: () => LateRefusal): Judgement {
  if (claim.errno === result.errno) return AGREED;
  if (claim.errno !== 0) return DISAGREED;
  const stage = stageOf(refusal());
  return stage === undefined ? DISAGREED : { kind: 'outside', stage };
}

/** What a verdict byte claims. Undecided requests are none that a recording asks. */
export function claimOf(byte: number): Claim {
  const { errno } = decodeVerdict(byte);
  return { errno: errno === null ? 0 : ERRNO[errno] };
}
