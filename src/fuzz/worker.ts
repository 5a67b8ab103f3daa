import { DEFAULT_IMPLEMENTATIONS } from '../differential/implementations.js';
import { taskHandler } from '../workers/task_handler.js';
import { type Shard, ShardRunner } from './shard.js';

const runner = new ShardRunner(DEFAULT_IMPLEMENTATIONS);

export default taskHandler((shard: Shard) => runner.run(shard));
