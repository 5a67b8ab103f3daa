import { readerRule } from '../rule.js';

export const refusedUnit = readerRule(
  'refused-unit',
  'error',
  'A line for which systemd refuses the unit, or the rest of a drop-in.',
);
