import { lostNameRule } from '../rule.js';

export const keyOfOtherTool = lostNameRule(
  'key-of-other-tool',
  'error',
  'A key of LXD in a file of Incus, or the reverse.',
);
