import { readerRule } from '../rule.js';

export const numberReplacesNames = readerRule(
  'number-replaces-names',
  'error',
  'A number after names takes their place: the kernel adds names, and sets numbers.',
);
