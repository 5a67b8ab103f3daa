import type { Answers } from '../differential/answers.js';
import type { Implementations } from '../differential/implementations.js';
import { type Case, disagreementOf } from './case.js';
import { constructibleVariants, isConstructible } from './constructible.js';
import {
  dropBits,
  dropNamespaces,
  dropRequests,
  dropRows,
  dropRules,
  type Reductions,
  simplifyNumbers,
  simplifyRequests,
  simplifySetup,
} from './reductions.js';

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
export function shrink(implementations: Implementations, from: Case): ShrunkCase | undefined {
  const answers = disagreementOf(implementations, from);
  if (!answers) return undefined;
  const shrinker = new Shrinker(implementations, { ...from, answers });
  shrinker.exhaust([simplifySetup, dropRequests, dropRows]);
  shrinker.makeConstructible();
  shrinker.exhaust([
    dropNamespaces,
    dropRules,
    simplifySetup,
    simplifyRequests,
    dropRequests,
    dropRows,
    dropBits,
    simplifyNumbers,
  ]);
  return shrinker.smallest;
}

class Shrinker {
  smallest: ShrunkCase;
  readonly #implementations: Implementations;
  #trials = 0;

  constructor(implementations: Implementations, from: ShrunkCase) {
    this.#implementations = implementations;
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
  makeConstructible(): void {
    const { world } = this.smallest;
    if (isConstructible(world)) return;
    for (const variant of constructibleVariants(world)) if (this.#take({ ...this.smallest, world: variant })) return;
  }

  #reduce(reductions: (from: Case) => Reductions): boolean {
    const mustBeConstructible = isConstructible(this.smallest.world);
    for (const smaller of reductions(this.smallest)) {
      if (this.#trials >= MAX_TRIALS) return false;
      if (mustBeConstructible && !isConstructible(smaller.world)) continue;
      if (this.#take(smaller)) return true;
    }
    return false;
  }

  #take(candidate: Case): boolean {
    this.#trials += 1 + sizeOf(candidate) / ROWS_PER_TRIAL;
    const answers = disagreementOf(this.#implementations, candidate);
    if (answers) this.smallest = { ...candidate, answers };
    return answers !== undefined;
  }
}

/** Rows that are written for one trial of a case. */
function sizeOf({ world, setup }: Case): number {
  return world.userns.length + world.tasks.length + world.tokens.length + setup.rows;
}
