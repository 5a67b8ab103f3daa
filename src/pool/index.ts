// bpf-token-sim/pool: the part of the library that needs Node.

export { PoolError, type PoolErrorCode } from './errors.js';
export { MAX_WORKERS } from './limits.js';
export { createPool, type Pool, type PoolBatchOptions, type PoolOptions } from './pool.js';
export { makeSharedColumns, makeSharedVerdicts } from './shared_columns.js';
