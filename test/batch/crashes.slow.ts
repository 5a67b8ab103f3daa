import { describeDeaths } from './crashes.js';

// What crashes.test.ts leaves out: the same formats again, and what workers read but do not write.
describeDeaths({ arrow: ['csv'], ndjson: ['csv'], parquet: ['csv'] }, true);
describeDeaths({ csv: ['parquet'], ndjson: ['ndjson'], arrow: ['arrow'], parquet: ['parquet'] }, false);
describeDeaths({ arrows: ['csv', 'arrows'] }, true);
