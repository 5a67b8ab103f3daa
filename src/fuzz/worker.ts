import { parentPort } from 'node:worker_threads';
import { type Shard, ShardRunner } from './shard.js';
import { REAL_SIDES } from './sides.js';

const runner = new ShardRunner(REAL_SIDES);
parentPort?.on('message', (shard: Shard) => parentPort?.postMessage(runner.run(shard)));
