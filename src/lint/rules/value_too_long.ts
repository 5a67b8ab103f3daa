import { readerRule } from '../rule.js';

export const valueTooLong = readerRule(
  'value-too-long',
  'error',
  'A value of more than 255 characters: fsconfig() refuses it.',
);
