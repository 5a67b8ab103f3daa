import { readerRule } from '../rule.js';

export const ignoredOption = readerRule(
  'ignored-option',
  'error',
  'An option that bpffs does not have: it ignores the option without an error.',
);
