import { readerRule } from '../rule.js';

export const misspeltName = readerRule('misspelt-name', 'error', 'A name that the kernel does not have.');
