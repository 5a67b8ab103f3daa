import { MAX_WORKSPACES } from '../abi/memory_layout.js';

/** The most workers that can decide in one memory: each needs a place in it, beside the evaluator's owner. */
export const MAX_WORKERS = MAX_WORKSPACES - 1;
