import { parentPort } from 'node:worker_threads';
import { DEFAULT_IMPLEMENTATIONS } from '../differential/implementations.js';
import { type Shard, ShardRunner } from './shard.js';

const runner = new ShardRunner(DEFAULT_IMPLEMENTATIONS);
parentPort?.on('message', (shard: Shard) => parentPort?.postMessage(runner.run(shard)));
