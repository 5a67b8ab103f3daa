import { describeDeaths } from './crashes.js';

// What deaths.test.ts leaves out: the same formats again, and what workers read but do not write.
describeDeaths({ ndjson: ['csv'], parquet: ['csv'] }, true);
describeDeaths({ csv: ['parquet'], ndjson: ['ndjson'], arrow: ['arrow'], parquet: ['parquet'] }, false);
describeDeaths({ arrows: ['csv', 'arrows'] }, true);
