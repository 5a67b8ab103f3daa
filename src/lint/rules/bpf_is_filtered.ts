import { readerRule } from '../rule.js';

export const bpfIsFiltered = readerRule(
  'bpf-is-filtered',
  'warning',
  'A filter of system calls that refuses bpf() before the kernel looks at a token.',
);
