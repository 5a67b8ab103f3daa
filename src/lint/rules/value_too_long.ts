import { lostNameRule } from '../rule.js';

export const valueTooLong = lostNameRule(
  'value-too-long',
  'error',
  'A value of more than 255 characters: fsconfig() refuses it.',
);
