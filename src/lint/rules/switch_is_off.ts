import { readerRule } from '../rule.js';

export const switchIsOff = readerRule(
  'switch-is-off',
  'error',
  'Types of LXD are given without security.delegate_bpf: nothing is delegated.',
);
