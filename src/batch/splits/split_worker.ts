import { workerData } from 'node:worker_threads';
import { taskHandler } from '../../workers/task_handler.js';
import { type SplitTask, SplitTaskHandler, type SplitWorkerData } from './split_task.js';

const data = workerData as SplitWorkerData;
const decider = await SplitTaskHandler.open(data);
// Chunks are moved. Counts are few, and what moves things takes longer to load than they take to copy.
const transferring = data.output ? (await import('../../workers/transfer.js')).transferring : undefined;

export default taskHandler((task: SplitTask) => decider.run(task), transferring?.(SplitTaskHandler.buffersOf));
