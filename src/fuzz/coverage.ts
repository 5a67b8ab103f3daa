import { Disposition, Outcome } from '../abi/verdict.js';
import { byDisposition, byOutcome } from '../kernel/verdict_counts.js';

/** Reasons that depend on a bpffs or a descriptor: only the model has them, no batch can. */
const MODEL_ALONE: ReadonlySet<Outcome> = new Set([
  Outcome.CREATE_USERNS_MISMATCH,
  Outcome.CREATE_IN_INIT_USERNS,
  Outcome.CREATE_NO_DELEGATION,
  Outcome.FD_EBADF,
  Outcome.NOT_BPFFS_ROOT,
]);

/** Outcomes and dispositions that a campaign did not cover. */
export interface Missed {
  readonly outcomes: readonly Outcome[];
  readonly dispositions: readonly Disposition[];
}

/** Outcomes of batches, and dispositions, that no case had. */
export function missedOf(verdicts: Float64Array): Missed {
  const reached = byOutcome(verdicts);
  const disposed = byDisposition(verdicts);
  return {
    outcomes: numbers(Outcome).filter((outcome) => !MODEL_ALONE.has(outcome) && !reached.has(outcome)),
    dispositions: numbers(Disposition).filter((disposition) => !disposed.has(disposition)),
  };
}

function numbers<Value extends number>(values: object): Value[] {
  return Object.values(values).filter((value): value is Value => typeof value === 'number');
}
