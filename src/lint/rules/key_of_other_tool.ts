import { readerRule } from '../rule.js';

export const keyOfOtherTool = readerRule(
  'key-of-other-tool',
  'error',
  'A key of LXD in a file of Incus, or the reverse.',
);
