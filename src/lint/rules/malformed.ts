import { readerRule } from '../rule.js';

export const malformed = readerRule(
  'malformed',
  'error',
  'A line that is not of the form that its format has: cut off, or with too few fields.',
);
