import { readerRule } from '../rule.js';

export const emptyItem = readerRule(
  'empty-item',
  'error',
  'Nothing between two colons: the kernel refuses the option.',
);
