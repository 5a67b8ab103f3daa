import { TABLE_FORMATS } from '../../src/tables/formats.js';
import { describeDeaths, describeStrict } from './crashes.js';

// Every format to every other, and only counted; CSV to CSV, written, is in crashes.test.ts.
describeDeaths(Object.fromEntries(TABLE_FORMATS.map((format) => [format, ['csv']])), true);
describeDeaths(
  Object.fromEntries(TABLE_FORMATS.map((format) => [format, TABLE_FORMATS.filter((to) => to !== 'csv')])),
  false,
);
describeStrict(TABLE_FORMATS.filter((format) => format !== 'csv'));
