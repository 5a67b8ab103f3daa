import type { Rule } from '../rule.js';

/** Found where comments are read (`directives.ts`), so that it cannot be disabled itself. */
export const disableWithoutReason: Rule = {
  code: 'disable-without-reason',
  severity: 'warning',
  about: 'A comment that disables rules names no rule, one that does not exist, or no reason.',
  check: () => [],
};
