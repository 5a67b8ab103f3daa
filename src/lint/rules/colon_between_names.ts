import { lostNameRule } from '../rule.js';

export const colonBetweenNames = lostNameRule(
  'colon-between-names',
  'error',
  'Names of BPFDelegate*= with colons between them, as a mount has them: systemd wants commas.',
);
