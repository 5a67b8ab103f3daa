import type { Answers } from '../differential/answers.js';
import { Comparer } from '../differential/comparer.js';
import type { EngineSetup } from '../differential/engine_setup.js';
import type { Implementations } from '../differential/implementations.js';
import type { Request, World } from '../kernel/world.js';

/** One request of a batch of a world. */
export interface Case {
  readonly world: World;
  /** The batch: the answers of a wrong implementation may depend on the other requests. */
  readonly requests: readonly Request[];
  readonly index: number;
  readonly setup: EngineSetup;
}

/** The answers to a case on which the implementations disagree, from a new instance; undefined where they agree. */
export function disagreementOf(implementations: Implementations, { index, ...generated }: Case): Answers | undefined {
  let found: Answers | undefined;
  new Comparer(implementations).compare(generated, new Float64Array(256), (at, answers) => {
    if (at === index) found = answers;
  });
  return found;
}
