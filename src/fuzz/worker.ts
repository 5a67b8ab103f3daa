import { parentPort } from 'node:worker_threads';
import { type Shard, ShardRunner } from './shard.js';
import { DEFAULT_IMPLEMENTATIONS } from './sides.js';

const runner = new ShardRunner(DEFAULT_IMPLEMENTATIONS);
parentPort?.on('message', (shard: Shard) => parentPort?.postMessage(runner.run(shard)));
