import { createEvaluator, type Evaluator } from '../engine/evaluator.js';
import { Model } from '../kernel/model.js';
import type { Request, World } from '../kernel/world.js';

/** The part of the model that a campaign uses. */
export interface ReferenceModel {
  ask(request: Request): number;
}

/** The part of the hot path that a campaign uses. Without the methods for edits it gets whole worlds; without makeColumns(), copies. */
export type OptimizedEngine = Pick<Evaluator, 'checkRequest' | 'checkBatch' | 'checkIds' | 'replaceWorld'> &
  Partial<Pick<Evaluator, 'addTask' | 'addToken' | 'narrowToken' | 'makeColumns' | 'makeVerdicts'>>;

/** The implementations to compare. Tests pass a broken one, which a campaign must find. */
export interface Implementations {
  model(world: World): ReferenceModel;
  engine(world: World): OptimizedEngine;
}

/** The model and the hot path. */
export const DEFAULT_IMPLEMENTATIONS: Implementations = {
  model: (world) => new Model(world),
  engine: (world) => createEvaluator(world),
};
