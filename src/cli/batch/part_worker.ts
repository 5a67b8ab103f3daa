import { workerData } from 'node:worker_threads';
import { answering } from '../../pool/answer.js';
import { moving } from '../../pool/moving.js';
import { PartDecider, type PartTask, type PartWorkerData } from './part.js';

const decider = new PartDecider(workerData as PartWorkerData);

export default answering((task: PartTask) => decider.run(task), moving(PartDecider.buffersOf));
