import { lostNameRule } from '../rule.js';

export const commaBetweenNames = lostNameRule(
  'comma-between-names',
  'error',
  'Commas between the names of a mask: a mount splits its options there, and only the first name is delegated.',
);
