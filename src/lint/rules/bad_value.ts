import { readerRule } from '../rule.js';

export const badValue = readerRule('bad-value', 'error', 'A value that systemd ignores: what was before stays.');
