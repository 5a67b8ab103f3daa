import { demandObject } from '../kernel/arguments.js';
import { checkRequest } from '../kernel/check_request.js';
import { checkWorld } from '../kernel/check_world.js';
import type { Question } from './change.js';

/**
 * Throws an InvalidArgumentError for what is no question, an InvalidSpecError or a WorldTooLargeError for its world, and an
 * InvalidRequestError for its request.
 */
export function checkQuestion(question: Question): void {
  demandObject('question', question, 'an object of world and request');
  checkWorld(question.world);
  checkRequest(question.request);
}
