export { type GenerateOptions, generateRequests } from './generate.js';
export {
  ROW_DIAGNOSTIC_KINDS,
  type RowDiagnostic,
  type RowDiagnosticKind,
  RowDiagnostics,
  type UnknownColumn,
} from './problems.js';
export { type ReadOptions, readRequests, TableReader } from './reader.js';
export {
  CHUNK_ROWS,
  EXPECT_ALLOWED,
  EXPECT_NONE,
  REQUEST_COLUMNS,
  REQUEST_FORMATS,
  type RequestChunk,
  type RequestFormat,
  RequestTableError,
  VERDICT_COLUMNS,
} from './table.js';
export { RequestWriter } from './writer.js';
