import { requireObject } from '../kernel/arguments.js';
import { checkRequest } from '../kernel/check_request.js';
import { checkWorld } from '../kernel/check_world.js';
import type { RequestContext } from './remedy.js';

/**
 * Throws an InvalidArgumentError for what is no question, an InvalidSpecError or a WorldTooLargeError for its world, and an
 * InvalidRequestError for its request.
 */
export function checkQuestion(context: RequestContext): void {
  requireObject('question', context, 'an object of world and request');
  checkWorld(context.world);
  checkRequest(context.request);
}
