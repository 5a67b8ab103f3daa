import { readerRule } from '../rule.js';

export const refusedValue = readerRule(
  'refused-value',
  'error',
  'A value that the container manager refuses: it is not set.',
);
