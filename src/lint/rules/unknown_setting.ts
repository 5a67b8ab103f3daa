import { lostNameRule } from '../rule.js';

export const unknownSetting = lostNameRule(
  'unknown-setting',
  'error',
  'A setting that systemd does not have in this section: it ignores the line with a warning.',
);
