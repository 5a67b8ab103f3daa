import { readerRule } from '../rule.js';

export const settingOfLaterVersion = readerRule(
  'setting-of-later-version',
  'error',
  'A setting that the stated release of the tool does not have.',
);
