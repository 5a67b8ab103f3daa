import { MAX_WORKSPACES } from '../abi/memory_layout.js';

/** The largest number of workers of one memory: each needs a workspace, and so does the evaluator's owner. */
export const MAX_WORKERS = MAX_WORKSPACES - 1;
