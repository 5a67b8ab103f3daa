import { lostNameRule } from '../rule.js';

export const laterAssignmentReplaces = lostNameRule(
  'later-assignment-replaces',
  'warning',
  'A later assignment of BPFDelegate*=: it takes the place of the earlier one, and adds nothing to it.',
);
