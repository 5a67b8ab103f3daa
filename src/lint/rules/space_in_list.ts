import { lostNameRule } from '../rule.js';

export const spaceInList = lostNameRule(
  'space-in-list',
  'error',
  'A space at a comma of BPFDelegate*=: it is part of the name, which is left out.',
);
