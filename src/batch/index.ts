// bpf-token-sim/batch: a whole table of requests over worker threads, as `bpftoken eval` decides it; needs Node.

export { AbortError } from '../errors.js';
export { TABLE_FORMATS, type TableFormat } from '../tables/formats.js';
export { BadRowError, BatchFileError, describeDiagnostic, TooManyGroupsError } from './errors.js';
export type { BatchOptions } from './options.js';
export { type BatchSink, sinkOf } from './output/sink.js';
export { type BatchPlan, type PlanFacts, planBatch } from './plan.js';
export type { Progress } from './progress.js';
export { runBatch } from './run_batch.js';
export { type BatchSource, sourceOf } from './source.js';
export type { Group } from './summary/group_by.js';
export { GROUP_COLUMNS, type GroupColumn } from './summary/group_columns.js';
export {
  allowedRows,
  type Comparison,
  type Expectations,
  type Summary,
  type UnmetExpectation,
} from './summary/summary.js';
