export { type GenerateOptions, generateRequests } from './generate.js';
export { PROBLEM_KINDS, type Problem, type ProblemKind, Problems, type UnknownColumn } from './problems.js';
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
