import { type Explanation, explain } from '../explain/explain.js';
import type { Request, World } from '../kernel/world.js';
import { isByIds, type NamedRequest, RequestNames } from '../request/resolve_request.js';
import type { Evaluator } from './evaluator.js';

/** The names of worlds that requests were explained in. */
const names = new WeakMap<World, RequestNames>();

/**
 * The kernel's checks of a request (by names or by ids), what would make it pass, and the verdicts of other kernels. Takes
 * some milliseconds, because the model decides. Throws as Evaluator.decide() does.
 */
export function explainRequest(evaluator: Evaluator, request: NamedRequest | Request): Explanation {
  const { world } = evaluator;
  return explain({ world, request: isByIds(request) ? request : namesOf(world).resolve(request) });
}

function namesOf(world: World): RequestNames {
  const known = names.get(world) ?? new RequestNames(world);
  names.set(world, known);
  return known;
}
