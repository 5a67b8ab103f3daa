import { workerData } from 'node:worker_threads';
import { taskHandler } from '../../pool/answer.js';
import { type SplitTask, SplitTaskHandler, type SplitWorkerData } from './part.js';

const data = workerData as SplitWorkerData;
const decider = await SplitTaskHandler.open(data);
// Text is moved. Counts are few, and what moves things takes longer to load than they take to copy.
const transferring = data.format && (await import('../../pool/moving.js')).transferring;

export default taskHandler((task: SplitTask) => decider.run(task), transferring?.(SplitTaskHandler.buffersOf));
