import { readerRule } from '../rule.js';

export const notTheRoot = readerRule(
  'not-the-root',
  'error',
  'A mount that shows a directory of a bpffs: a token is made from the root.',
);
