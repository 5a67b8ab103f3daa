import { lostNameRule } from '../rule.js';

export const unknownSection = lostNameRule(
  'unknown-section',
  'error',
  'A section that this kind of unit does not have: systemd ignores all of it.',
);
