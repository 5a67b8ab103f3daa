import type { Request, World } from '../kernel/world.js';
import type { Answers } from './answers.js';
import { Comparer } from './comparer.js';
import type { EngineSetup } from './engine_setup.js';
import type { Implementations } from './sides.js';

/** One request of a batch of a world. */
export interface Case {
  readonly world: World;
  /** The batch: what the sides say of a request may depend on its neighbours, where a side is wrong. */
  readonly requests: readonly Request[];
  readonly index: number;
  readonly setup: EngineSetup;
}

/** What the sides say of a case they disagree on, asked on an instance of its own; undefined where they agree. */
export function disagreementOf(implementations: Implementations, { index, ...generated }: Case): Answers | undefined {
  let found: Answers | undefined;
  new Comparer(implementations).compare(generated, new Float64Array(256), (at, answers) => {
    if (at === index) found = answers;
  });
  return found;
}
