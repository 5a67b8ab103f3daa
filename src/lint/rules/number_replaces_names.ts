import { lostNameRule } from '../rule.js';

export const numberReplacesNames = lostNameRule(
  'number-replaces-names',
  'error',
  'A number after names takes their place: the kernel adds names, and sets numbers.',
);
