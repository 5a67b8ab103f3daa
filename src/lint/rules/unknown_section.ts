import { readerRule } from '../rule.js';

export const unknownSection = readerRule(
  'unknown-section',
  'error',
  'A section that this kind of unit does not have: systemd ignores all of it.',
);
