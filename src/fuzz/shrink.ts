import type { Answers } from './answers.js';
import { type Case, disagreementOf } from './case.js';
import { isMakeable, makeableVariants } from './makeable.js';
import {
  fewerBits,
  fewerNamespaces,
  fewerRequests,
  fewerRows,
  fewerRules,
  plainerNumbers,
  plainerRequests,
  plainerSetup,
  type Reductions,
} from './reductions.js';
import type { Sides } from './sides.js';

/** Reductions tried before what is left is taken for small enough. One of a large world counts as many. */
const MAX_TRIALS = 5000;
/** Rows of a world and its batch that make a trial take twice as long. */
const ROWS_PER_TRIAL = 200;

/** A case that the sides still disagree on, and what they say of it. */
export interface ShrunkCase extends Case {
  readonly answers: Answers;
}

/**
 * The case made small while the sides disagree. Where its tokens can be made by the kernel, they still can be in the
 * end, so that a scenario file can say it. Undefined where the sides agree on the case, asked by itself.
 */
export function shrink(sides: Sides, from: Case): ShrunkCase | undefined {
  const answers = disagreementOf(sides, from);
  if (!answers) return undefined;
  const shrinker = new Shrinker(sides, { ...from, answers });
  shrinker.exhaust([plainerSetup, fewerRequests, fewerRows]);
  shrinker.makeMakeable();
  shrinker.exhaust([
    fewerNamespaces,
    fewerRules,
    plainerSetup,
    plainerRequests,
    fewerRequests,
    fewerRows,
    fewerBits,
    plainerNumbers,
  ]);
  return shrinker.smallest;
}

class Shrinker {
  smallest: ShrunkCase;
  readonly #sides: Sides;
  #trials = 0;

  constructor(sides: Sides, from: ShrunkCase) {
    this.#sides = sides;
    this.smallest = from;
  }

  /** Takes reductions until none of them is left that the disagreement survives. */
  exhaust(kinds: readonly ((from: Case) => Reductions)[]): void {
    let before: Case;
    do {
      before = this.smallest;
      for (const reductions of kinds) while (this.#reduce(reductions));
    } while (this.smallest !== before);
  }

  /** Changes a world whose tokens no kernel makes into one where it does, if the disagreement survives that. */
  makeMakeable(): void {
    const { world } = this.smallest;
    if (isMakeable(world)) return;
    for (const variant of makeableVariants(world)) if (this.#take({ ...this.smallest, world: variant })) return;
  }

  #reduce(reductions: (from: Case) => Reductions): boolean {
    const mustBeMakeable = isMakeable(this.smallest.world);
    for (const smaller of reductions(this.smallest)) {
      if (this.#trials >= MAX_TRIALS) return false;
      if (mustBeMakeable && !isMakeable(smaller.world)) continue;
      if (this.#take(smaller)) return true;
    }
    return false;
  }

  #take(candidate: Case): boolean {
    this.#trials += 1 + sizeOf(candidate) / ROWS_PER_TRIAL;
    const answers = disagreementOf(this.#sides, candidate);
    if (answers) this.smallest = { ...candidate, answers };
    return answers !== undefined;
  }
}

/** Rows that are written for one trial of a case. */
function sizeOf({ world, setup }: Case): number {
  return world.userns.length + world.tasks.length + world.tokens.length + setup.rows;
}
