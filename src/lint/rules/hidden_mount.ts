import { readerRule } from '../rule.js';

export const hiddenMount = readerRule('hidden-mount', 'warning', 'A later mount at the same place hides this one.');
