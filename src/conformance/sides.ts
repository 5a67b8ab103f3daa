import { createEvaluator, type Evaluator } from '../engine/evaluator.js';
import type { LsmHooks } from '../kernel/lsm.js';
import { Model } from '../kernel/model.js';
import type { Trace } from '../kernel/trace.js';
import type { Request, World } from '../kernel/world.js';

/** The model, as far as recordings of bpf() calls ask it. */
export interface ReferenceModel {
  ask(request: Request, trace?: Trace): number;
}

/** The hot path, as far as recordings ask it. */
export type OptimizedEngine = Pick<Evaluator, 'checkRequest' | 'checkBatch' | 'replaceWorld'>;

/** What recordings are held against. Tests put something wrong here, to see it found. */
export interface Implementations {
  model(world: World, lsm?: LsmHooks): ReferenceModel;
  fast(world: World): OptimizedEngine;
}

/** The model and the hot path as they are. */
export const DEFAULT_IMPLEMENTATIONS: Implementations = {
  model: (world, lsm) => new Model(world, lsm),
  fast: (world) => createEvaluator(world),
};
