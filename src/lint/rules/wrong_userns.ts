import { readerRule } from '../rule.js';

export const wrongUserns = readerRule(
  'wrong-userns',
  'error',
  'A unit whose bpffs belongs to the initial user namespace: no token can be made.',
);
