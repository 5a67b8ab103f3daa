import { readerRule } from '../rule.js';

export const bitOfAnotherName = readerRule(
  'bit-of-another-name',
  'error',
  'A name for which systemd sets the bit of another one.',
);
