import { createEvaluator, type Evaluator } from '../engine/evaluator.js';
import { Model } from '../kernel/model.js';
import type { Request, World } from '../kernel/world.js';

/** The readable side, as far as a campaign asks it. */
export interface ModelSide {
  ask(request: Request): number;
}

/** The hot path, as far as a campaign asks it. A side without the edits is given whole worlds, one without columns copies. */
export type FastSide = Pick<Evaluator, 'checkRequest' | 'checkBatch' | 'checkIds' | 'replaceWorld'> &
  Partial<Pick<Evaluator, 'addTask' | 'addToken' | 'narrowToken' | 'makeColumns' | 'makeVerdicts'>>;

/** What is compared. Tests put a broken side here, to see it found. */
export interface Sides {
  model(world: World): ModelSide;
  fast(world: World): FastSide;
}

/** The model and the hot path as they are. */
export const REAL_SIDES: Sides = {
  model: (world) => new Model(world),
  fast: (world) => createEvaluator(world),
};
