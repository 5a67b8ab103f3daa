import { readerRule } from '../rule.js';

export const privilegedContainer = readerRule(
  'privileged-container',
  'error',
  'A privileged container: no token can be made in it.',
);
