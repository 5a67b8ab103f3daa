import { TABLE_FORMATS } from '../../src/tables/formats.js';
import { describeDeaths, describeStrict } from './crashes.js';

// Every format to CSV and only counted, and to columns; CSV to CSV, written, is in crashes.test.ts.
describeDeaths({ csv: ['csv'], arrow: ['csv'], ndjson: ['csv'], parquet: ['csv'] }, true);
describeDeaths({ csv: ['parquet'], ndjson: ['ndjson'], arrow: ['arrow'], parquet: ['parquet'] }, false);
describeDeaths({ arrows: ['csv', 'arrows'] }, true);
describeStrict(TABLE_FORMATS.filter((format) => format !== 'csv'));
