import { lostNameRule } from '../rule.js';

export const badNumber = lostNameRule(
  'bad-number',
  'error',
  'A number that the kernel cannot read, or that is wider than 64 bits.',
);
