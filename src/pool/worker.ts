import { workerData } from 'node:worker_threads';
import { answering } from './answer.js';
import { type BatchTask, type PoolWorkerData, ShardDecider } from './decide_shards.js';

const decider = new ShardDecider((workerData as PoolWorkerData).memory);

export default answering((task: BatchTask) => decider.run(task));
