export { type Progress, type ProgressBar, progressBar } from '../progress_bar.js';
export { runBatch } from './batch.js';
export { AbortError, BadRowError, BatchFileError, describeDiagnostic, TooManyGroupsError } from './errors.js';
export { GROUP_COLUMNS, type GroupColumn } from './group_columns.js';
export { type Group, Grouping } from './groups.js';
export type { BatchOptions } from './options.js';
export { type BatchSink, sinkOf } from './sink.js';
export { type BatchSource, sourceOf } from './source.js';
export {
  allowedRows,
  type Comparison,
  type Expectations,
  type Summary,
  type UnmetExpectation,
} from './summary.js';
export { OUTPUT_COLUMNS, VerdictRows } from './verdict_rows.js';
