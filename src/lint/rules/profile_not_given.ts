import { readerRule } from '../rule.js';

export const profileNotGiven = readerRule(
  'profile-not-given',
  'warning',
  'A profile that an instance names and that is not among the files: its keys are not known.',
);
