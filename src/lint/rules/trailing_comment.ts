import { readerRule } from '../rule.js';

export const trailingComment = readerRule(
  'trailing-comment',
  'error',
  'A comment behind a value: it is part of the value.',
);
