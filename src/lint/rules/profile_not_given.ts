import { lostNameRule } from '../rule.js';

export const profileNotGiven = lostNameRule(
  'profile-not-given',
  'warning',
  'A profile that an instance names and that is not among the files: its keys are not known.',
);
