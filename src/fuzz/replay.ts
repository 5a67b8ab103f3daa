import type { Answers } from '../differential/answers.js';
import { Comparer } from '../differential/comparer.js';
import type { Implementations } from '../differential/implementations.js';
import { type Case, disagreementOf } from './case.js';
import type { CaseId } from './case_id.js';
import { generateWorld } from './generate_case.js';
import { type ShrunkCase, shrink } from './shrink.js';

/** Preceding worlds to replay first, when a failure depends on earlier state. */
const WORLDS_BEFORE = 64;

/** A case generated again from its id. */
export interface CaseReplay {
  readonly id: CaseId;
  readonly case: Case;
  /** The answers where the implementations disagree. */
  readonly disagreement?: Answers;
  /** Whether the disagreement needs an instance that had other worlds before. */
  readonly needsHistory: boolean;
  /** The shrunk disagreement; missing where they agree, and where it depends on earlier worlds. */
  readonly shrunk?: ShrunkCase;
}

/** Generates a case again, compares the implementations, and shrinks the case where they disagree. */
export function replay(implementations: Implementations, id: CaseId): CaseReplay {
  const generated: Case = { ...generateWorld(id.seed, id.world), index: id.index };
  const disagreement = disagreementOf(implementations, generated);
  if (disagreement) {
    const shrunk = shrink(implementations, generated);
    return { id, case: generated, disagreement, needsHistory: false, ...(shrunk ? { shrunk } : {}) };
  }
  const later = afterOthers(implementations, id);
  return { id, case: generated, needsHistory: later !== undefined, ...(later ? { disagreement: later } : {}) };
}

/** The disagreement in an instance that had the worlds with the preceding numbers. */
function afterOthers(implementations: Implementations, { seed, world: number, index }: CaseId): Answers | undefined {
  const comparer = new Comparer(implementations);
  const verdicts = new Float64Array(256);
  let found: Answers | undefined;
  for (let before = Math.max(0, number - WORLDS_BEFORE); before <= number; before++) {
    comparer.compare(generateWorld(seed, before), verdicts, (at, answers) => {
      if (before === number && at === index) found = answers;
    });
  }
  return found;
}
