import { createEvaluator, type Evaluator } from '../engine/evaluator.js';
import type { LsmHooks } from '../kernel/lsm.js';
import { Model } from '../kernel/model.js';
import type { Trace } from '../kernel/trace.js';
import type { Request, World } from '../kernel/world.js';

/** The part of the model that a replay uses. */
export interface ReferenceModel {
  ask(request: Request, trace?: Trace): number;
}

/** The part of the hot path that a replay uses. */
export type OptimizedEngine = Pick<Evaluator, 'checkRequest' | 'checkBatch' | 'replaceWorld'>;

/** The implementations that recordings are compared with. Tests pass a broken one, which a replay must find. */
export interface Implementations {
  model(world: World, lsm?: LsmHooks): ReferenceModel;
  fast(world: World): OptimizedEngine;
}

/** The model and the hot path. */
export const DEFAULT_IMPLEMENTATIONS: Implementations = {
  model: (world, lsm) => new Model(world, lsm),
  fast: (world) => createEvaluator(world),
};
