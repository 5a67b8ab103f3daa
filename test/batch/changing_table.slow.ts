import { describeChanges } from './changing_tables.js';

// Every change in every reader of a batch.
describeChanges();
