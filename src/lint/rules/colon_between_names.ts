import { readerRule } from '../rule.js';

export const colonBetweenNames = readerRule(
  'colon-between-names',
  'error',
  'Names of BPFDelegate*= with colons between them, as a mount has them: systemd wants commas.',
);
