import { lostNameRule } from '../rule.js';

export const bitOfAnotherName = lostNameRule(
  'bit-of-another-name',
  'error',
  'A name for which systemd sets the bit of another one.',
);
