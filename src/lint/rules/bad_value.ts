import { lostNameRule } from '../rule.js';

export const badValue = lostNameRule('bad-value', 'error', 'A value that systemd ignores: what was before stays.');
