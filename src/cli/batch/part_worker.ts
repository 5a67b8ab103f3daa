import { workerData } from 'node:worker_threads';
import { answering } from '../../pool/answer.js';
import { PartDecider, type PartTask, type PartWorkerData } from './part.js';

const data = workerData as PartWorkerData;
const decider = await PartDecider.open(data);
// Text is moved. Counts are few, and what moves things takes longer to load than they take to copy.
const moving = data.format && (await import('../../pool/moving.js')).moving;

export default answering((task: PartTask) => decider.run(task), moving?.(PartDecider.buffersOf));
