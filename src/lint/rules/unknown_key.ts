import { lostNameRule } from '../rule.js';

export const unknownKey = lostNameRule(
  'unknown-key',
  'error',
  'A key that the container manager does not have: it refuses it.',
);
