import { readerRule } from '../rule.js';

export const failingUnit = readerRule(
  'failing-unit',
  'error',
  'A setting with which systemd loads the unit, and cannot start its process.',
);
