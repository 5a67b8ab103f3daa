import type { Answers } from '../differential/answers.js';
import type { Implementations } from '../differential/implementations.js';
import { type Case, disagreementOf } from './case.js';
import { constructibleVariants, isConstructible } from './constructible.js';
import {
  dropBits,
  dropNamespaces,
  dropNeeds,
  dropRequests,
  dropRows,
  dropRules,
  dropSelinux,
  type Reductions,
  simplifyNumbers,
  simplifyRequests,
  simplifySetup,
} from './reductions.js';

/** Reductions tried before the case counts as small enough. A reduction of a large world counts as several. */
const MAX_TRIALS = 5000;
/** Rows of a world and its batch that make a trial take twice as long. */
const ROWS_PER_TRIAL = 200;

/** A case on which the implementations still disagree, and their answers. */
export interface ShrunkCase extends Case {
  readonly answers: Answers;
}

/**
 * Shrinks a case while the implementations disagree. If the kernel can create its tokens, it can create those of the result,
 * so that a scenario file can express it. Undefined where the implementations agree on the case alone.
 */
export function shrink(implementations: Implementations, from: Case): ShrunkCase | undefined {
  const answers = disagreementOf(implementations, from);
  if (!answers) return undefined;
  const shrinker = new Shrinker(implementations, { ...from, answers });
  shrinker.exhaust([simplifySetup, dropRequests, dropRows]);
  shrinker.makeConstructible();
  shrinker.exhaust([
    dropNamespaces,
    dropSelinux,
    dropRules,
    simplifySetup,
    simplifyRequests,
    dropNeeds,
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

  /** Applies reductions until none preserves the disagreement. */
  exhaust(kinds: readonly ((from: Case) => Reductions)[]): void {
    let before: Case;
    do {
      before = this.smallest;
      for (const reductions of kinds) while (this.#reduce(reductions));
    } while (this.smallest !== before);
  }

  /** Replaces a world whose tokens no kernel can create by one whose tokens it can, if that preserves the disagreement. */
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

/** Table rows written for one trial of a case. */
function sizeOf({ world, setup }: Case): number {
  return world.userns.length + world.tasks.length + world.tokens.length + setup.rows;
}
