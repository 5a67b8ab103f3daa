import { describeDeaths, describeStrict } from './crashes.js';

// Text to CSV; every format, in and out, in crashes.slow.ts.
describeDeaths({ csv: ['csv'] }, false);
describeStrict(['csv']);
