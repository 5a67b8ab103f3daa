import { createEvaluator, type Evaluator } from '../engine/evaluator.js';
import type { WorldEditor } from '../engine/world_editor.js';
import type { LsmHooks } from '../kernel/lsm.js';
import { Model } from '../kernel/model.js';
import type { Trace } from '../kernel/trace.js';
import type { Request, World } from '../kernel/world.js';

/** The part of the model that is compared. */
export interface ReferenceModel {
  ask(request: Request, trace?: Trace): number;
}

/** The part of the hot path that is compared. Without the methods for edits it gets whole worlds; without createColumns(), copies. */
export type OptimizedEngine = Pick<Evaluator, 'decideRequest' | 'decideBatch' | 'decideIds'> &
  Pick<WorldEditor, 'replaceWorld'> &
  Partial<Pick<WorldEditor, 'addTask' | 'addToken' | 'narrowToken'>> &
  Partial<Pick<Evaluator, 'createColumns' | 'createVerdicts'>>;

/** The implementations to compare, with each other or with recordings. Tests pass a broken one, which has to be found. */
export interface Implementations {
  model(world: World, lsm?: LsmHooks): ReferenceModel;
  engine(world: World): OptimizedEngine;
}

/** The model and the hot path. */
export const DEFAULT_IMPLEMENTATIONS: Implementations = {
  model: (world, lsm) => new Model(world, lsm),
  engine: (world) => engineOf(createEvaluator(world)),
};

function engineOf(evaluator: Evaluator): OptimizedEngine {
  const { editor } = evaluator;
  return {
    decideRequest: (request) => evaluator.decideRequest(request),
    decideBatch: (columns, out) => evaluator.decideBatch(columns, out),
    decideIds: evaluator.decideIds,
    createColumns: (rows) => evaluator.createColumns(rows),
    createVerdicts: (rows) => evaluator.createVerdicts(rows),
    replaceWorld: (world) => editor.replaceWorld(world),
    addTask: (task) => editor.addTask(task),
    addToken: (token) => editor.addToken(token),
    narrowToken: (token, keep) => editor.narrowToken(token, keep),
  };
}
