import { readerRule } from '../rule.js';

export const bpffsIsHidden = readerRule(
  'bpffs-is-hidden',
  'warning',
  'A setting that hides the bpffs of the unit, so that its process meets another answer.',
);
