import type { EngineSetup } from '../differential/engine_setup.js';
import type { RandomSource } from './random_source.js';

// Batches are decided in blocks of 256 rows, runs by a table from 3,072 rows on and in pieces of 4,096, and copied through
// workspaces of 8,192 rows: the numbers are at and near these.
const RUN_ROWS = [3200, 3200, 4097, 8300] as const;
const OTHER_ROWS = [255, 257, 1000, 8192, 8193] as const;

/** Most worlds have the simplest setup: it takes the least time, and other setups depend on it. */
export function randomSetup(random: RandomSource): EngineSetup {
  const isOneRun = random.chance(2);
  const rows = isOneRun ? random.pick(RUN_ROWS) : random.chance(2) ? random.pick(OTHER_ROWS) : 0;
  return {
    addsRows: random.chance(12),
    narrows: random.chance(12),
    hasNeighbour: random.chance(8),
    isResident: random.chance(15),
    omitsInsnCnt: random.chance(10),
    omitsPre: random.chance(10),
    rows,
    isOneRun,
  };
}
