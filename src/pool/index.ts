// bpf-token-sim/pool: the part of the library that needs Node.

export { PoolError, type PoolErrorCode } from '../workers/errors.js';
export { createEvaluatorPool, type Pool, type PoolBatchOptions, type PoolOptions } from './evaluator_pool.js';
export { MAX_WORKERS } from './limits.js';
export { createSharedColumns, createSharedProgramColumn, createSharedVerdicts } from './shared_columns.js';
