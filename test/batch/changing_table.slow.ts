import { TABLE_FORMATS } from '../../src/tables/formats.js';
import { describeChanges } from './changing_tables.js';

// The formats that changing_table.test.ts leaves out.
describeChanges(TABLE_FORMATS.filter((format) => format !== 'csv' && format !== 'arrow'));
