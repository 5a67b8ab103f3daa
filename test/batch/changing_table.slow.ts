import { TABLE_FORMATS } from '../../src/tables/formats.js';
import { describeChanges } from './changing_tables.js';

// The formats that changing_table.test.ts leaves out, and CSV, of which it leaves out changes among workers.
describeChanges(TABLE_FORMATS.filter((format) => format !== 'arrow'));
