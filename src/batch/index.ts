export { AbortError } from '../errors.js';
export { OUTPUT_COLUMNS, VerdictRows } from '../tables/text/verdict_writer.js';
export { BadRowError, BatchFileError, describeDiagnostic, TooManyGroupsError } from './errors.js';
export type { BatchOptions } from './options.js';
export { type BatchSink, sinkOf } from './output/sink.js';
export type { Progress } from './progress.js';
export { runBatch } from './run_batch.js';
export { type BatchSource, sourceOf } from './source.js';
export { type Group, Grouping } from './summary/group_by.js';
export { GROUP_COLUMNS, type GroupColumn } from './summary/group_columns.js';
export {
  allowedRows,
  type Comparison,
  type Expectations,
  type Summary,
  type UnmetExpectation,
} from './summary/summary.js';
