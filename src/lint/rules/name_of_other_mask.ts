import { lostNameRule } from '../rule.js';

export const nameOfOtherMask = lostNameRule(
  'name-of-other-mask',
  'error',
  'The name of another mask: a program type among attach types, and so on.',
);
