import { readerRule } from '../rule.js';

export const notOfItsFormat = readerRule(
  'not-of-its-format',
  'error',
  'The file is not of its format: nothing of it is read.',
);
