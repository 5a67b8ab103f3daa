import type { Answers } from '../differential/answers.js';
import { Comparer } from '../differential/comparer.js';
import type { Implementations } from '../differential/implementations.js';
import { type Case, disagreementOf } from './case.js';
import type { CaseId } from './case_id.js';
import { generateWorld } from './generate_case.js';
import { type ShrunkCase, shrink } from './shrink.js';

/** Worlds put before a case's own where it is right by itself: an instance may remember what it held. */
const WORLDS_BEFORE = 64;

/** A case drawn again from its identity. */
export interface Replay {
  readonly id: CaseId;
  readonly case: Case;
  /** What the sides say where they disagree. */
  readonly disagreement?: Answers;
  /** The disagreement shows only in an instance that held other worlds before. */
  readonly needsHistory: boolean;
  /** The disagreement made small; missing where they agree, and where it needs a history. */
  readonly shrunk?: ShrunkCase;
}

/** Draws a case again, asks both sides, and shrinks it where they disagree. */
export function replay(implementations: Implementations, id: CaseId): Replay {
  const generated: Case = { ...generateWorld(id.seed, id.world), index: id.index };
  const disagreement = disagreementOf(implementations, generated);
  if (disagreement) {
    const shrunk = shrink(implementations, generated);
    return { id, case: generated, disagreement, needsHistory: false, ...(shrunk ? { shrunk } : {}) };
  }
  const later = afterOthers(implementations, id);
  return { id, case: generated, needsHistory: later !== undefined, ...(later ? { disagreement: later } : {}) };
}

/** The disagreement in an instance that held the worlds numbered before this one. */
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
