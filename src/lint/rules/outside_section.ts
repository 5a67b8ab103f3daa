import { readerRule } from '../rule.js';

export const outsideSection = readerRule(
  'outside-section',
  'error',
  'An assignment before the first section: systemd ignores it.',
);
