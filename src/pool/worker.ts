import { workerData } from 'node:worker_threads';
import { taskHandler } from '../workers/task_handler.js';
import { type BatchTask, type PoolWorkerData, ShardDecider } from './shard_task.js';

const decider = new ShardDecider((workerData as PoolWorkerData).memory);

export default taskHandler((task: BatchTask) => decider.run(task));
