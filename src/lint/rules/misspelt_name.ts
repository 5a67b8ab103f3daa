import { lostNameRule } from '../rule.js';

export const misspeltName = lostNameRule('misspelt-name', 'error', 'A name that the kernel does not have.');
