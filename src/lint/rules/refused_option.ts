import { readerRule } from '../rule.js';

export const refusedOption = readerRule('refused-option', 'error', 'A value that the kernel refuses: the mount fails.');
