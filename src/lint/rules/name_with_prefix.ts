import { lostNameRule } from '../rule.js';

export const nameWithPrefix = lostNameRule(
  'name-with-prefix',
  'error',
  'A name in another spelling than the kernel takes: with its prefix BPF_, or in CamelCase.',
);
