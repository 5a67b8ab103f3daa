import type { Disposition, Outcome } from '../abi/verdict.js';
import { OUTCOMES } from './verdict.js';

/** Rows by outcome, those that occurred. */
export function byOutcome(verdicts: Float64Array): Map<Outcome, number> {
  const counts = new Map<Outcome, number>();
  verdicts.forEach((count, byte) => {
    const outcome = (byte % OUTCOMES) as Outcome;
    if (count > 0) counts.set(outcome, (counts.get(outcome) ?? 0) + count);
  });
  return counts;
}

/** Rows by what became of the token, those that occurred. */
export function byDisposition(verdicts: Float64Array): Map<Disposition, number> {
  const counts = new Map<Disposition, number>();
  verdicts.forEach((count, byte) => {
    const disposition = Math.floor(byte / OUTCOMES) as Disposition;
    if (count > 0) counts.set(disposition, (counts.get(disposition) ?? 0) + count);
  });
  return counts;
}
