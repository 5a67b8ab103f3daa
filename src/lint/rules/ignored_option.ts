import { lostNameRule } from '../rule.js';

export const ignoredOption = lostNameRule(
  'ignored-option',
  'error',
  'An option that bpffs does not have: it ignores the option without an error.',
);
