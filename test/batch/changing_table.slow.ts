import { describeChanges, READERS } from './changing_tables.js';

// Every change in every reader, of which changing_table.test.ts has one for each change.
describeChanges(() => READERS);
