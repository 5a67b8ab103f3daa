import { requireObject } from '../kernel/arguments.js';
import { validateRequest } from '../kernel/check_request.js';
import { checkWorld } from '../kernel/check_world.js';
import type { Request, World } from '../kernel/world.js';

/** A request, and the world in which it is made. */
export interface RequestContext {
  readonly world: World;
  readonly request: Request;
}

/**
 * Throws an InvalidArgumentError for a value that is not an object, an InvalidSpecError or a WorldTooLargeError for its world, and
 * an InvalidRequestError for its request.
 */
export function checkRequestContext(context: RequestContext): void {
  requireObject('context', context, 'an object of world and request');
  checkWorld(context.world);
  validateRequest(context.request);
}
