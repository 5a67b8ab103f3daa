import { readerRule } from '../rule.js';

export const unknownKey = readerRule(
  'unknown-key',
  'error',
  'A key that the container manager does not have: it refuses it.',
);
