import { createEvaluator, type Evaluator } from '../engine/evaluator.js';
import { Model } from '../kernel/model.js';
import type { Request, World } from '../kernel/world.js';

/** The readable side, as far as a campaign asks it. */
export interface ReferenceModel {
  ask(request: Request): number;
}

/** The hot path, as far as a campaign asks it. A side without the edits is given whole worlds, one without columns copies. */
export type OptimizedEngine = Pick<Evaluator, 'checkRequest' | 'checkBatch' | 'checkIds' | 'replaceWorld'> &
  Partial<Pick<Evaluator, 'addTask' | 'addToken' | 'narrowToken' | 'makeColumns' | 'makeVerdicts'>>;

/** What is compared. Tests put a broken side here, to see it found. */
export interface Implementations {
  model(world: World): ReferenceModel;
  engine(world: World): OptimizedEngine;
}

/** The model and the hot path as they are. */
export const DEFAULT_IMPLEMENTATIONS: Implementations = {
  model: (world) => new Model(world),
  engine: (world) => createEvaluator(world),
};
