import { readerRule } from '../rule.js';

export const badNumber = readerRule(
  'bad-number',
  'error',
  'A number that the kernel cannot read, or that is wider than 64 bits.',
);
