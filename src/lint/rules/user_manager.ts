import { readerRule } from '../rule.js';

export const userManager = readerRule(
  'user-manager',
  'error',
  'A user manager: it cannot set what is delegated, and says nothing.',
);
