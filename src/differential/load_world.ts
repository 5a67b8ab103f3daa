import { MASK_ANY } from '../abi/bpf.js';
import type { Masks } from '../kernel/masks.js';
import type { World } from '../kernel/world.js';
import type { EngineSetup } from './engine_setup.js';
import type { OptimizedEngine } from './implementations.js';

const ALL_BITS: Masks = { cmds: MASK_ANY, maps: MASK_ANY, progs: MASK_ANY, attachs: MASK_ANY };

/** The world that an evaluator compiles before edits make it the world of the case. */
export function compiledWorld(world: World, setup: EngineSetup): World {
  const { tasks, tokens } = world;
  return {
    ...world,
    tasks: setup.addsRows ? tasks.slice(0, tasks.length >> 1) : tasks,
    tokens: (setup.addsRows ? tokens.slice(0, tokens.length >> 1) : tokens).map((token) =>
      narrows(world, setup) ? { ...token, allowed: ALL_BITS } : token,
    ),
  };
}

/** Edits an evaluator that has compiledWorld() until it has the world. */
export function editWorld(engine: OptimizedEngine, world: World, setup: EngineSetup): void {
  if (setup.addsRows) {
    for (const task of world.tasks.slice(world.tasks.length >> 1)) engine.addTask?.(task);
    for (const token of world.tokens.slice(world.tokens.length >> 1)) engine.addToken?.(token);
  }
  if (narrows(world, setup)) for (const [id, { allowed }] of world.tokens.entries()) engine.narrowToken?.(id, allowed);
}

/** Whether the engine supports edits: a broken engine of a test may support whole worlds only. */
export function canEdit(engine: OptimizedEngine): boolean {
  return engine.addTask !== undefined && engine.addToken !== undefined && engine.narrowToken !== undefined;
}

function narrows({ profile }: World, setup: EngineSetup): boolean {
  return setup.narrows && profile.rules.token_narrowing;
}
