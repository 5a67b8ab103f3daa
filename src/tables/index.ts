// bpf-token-sim/tables: whole tables of requests, in every format; needs Node.

export { TableChangedError } from '../errors.js';
export {
  type EvaluatedTable,
  evaluateTable,
  type TableChunk,
  type TableOptions,
  type TableSource,
} from './evaluate_table.js';
export { TABLE_FORMATS, type TableFormat } from './formats.js';
export { RequestTableError } from './request_table.js';
export {
  type RowDiagnostic,
  type RowDiagnosticKind,
  RowDiagnostics,
  type UnknownColumn,
} from './rows/row_diagnostics.js';
