import { DISPOSITION_SHIFT, OUTCOME_MASK } from '../../abi/verdict.js';

/** In a table of words: the verdict has none. */
export const NO_WORD = 255;
/** Outcomes and dispositions that a verdict byte has room for. */
export const OUTCOMES_OF_BYTE = OUTCOME_MASK + 1;
export const DISPOSITIONS_OF_BYTE = 256 >> DISPOSITION_SHIFT;

/** The numbers of the words of each column of a verdict; NO_WORD for none. */
export interface VerdictWords {
  /** By outcome: `verdict`, `errno` and `reason`. */
  readonly byOutcome: readonly Uint8Array[];
  readonly byDisposition: Uint8Array;
}
