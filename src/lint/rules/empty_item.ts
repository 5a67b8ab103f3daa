import { lostNameRule } from '../rule.js';

export const emptyItem = lostNameRule(
  'empty-item',
  'error',
  'Nothing between two colons: the kernel refuses the option.',
);
