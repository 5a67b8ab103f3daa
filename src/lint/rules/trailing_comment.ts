import { lostNameRule } from '../rule.js';

export const trailingComment = lostNameRule(
  'trailing-comment',
  'error',
  'A comment behind a value: it is part of the value.',
);
