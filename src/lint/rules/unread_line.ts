import { readerRule } from '../rule.js';

export const unreadLine = readerRule('unread-line', 'error', 'A line that no rule of its format reads.');
