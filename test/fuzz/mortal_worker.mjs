// A campaign's worker that fails in ways a test asks for: in the environment, as FUZZ_TEST_FAULT.
import { parentPort, workerData } from 'node:worker_threads';
import { ShardRunner } from '../../dist/fuzz/shard.js';
import { REAL_SIDES } from '../../dist/fuzz/sides.js';

const runner = new ShardRunner(REAL_SIDES);
const fault = process.env.FUZZ_TEST_FAULT;
let shards = 0;

parentPort.on('message', (shard) => {
  shards += 1;
  const isFirstWorker = workerData.number === 0;
  if (fault === 'exits' && isFirstWorker && shards === 2) process.exit(3);
  if (fault === 'throws' && isFirstWorker && shards === 1) throw new TypeError('spoilt');
  if (fault === 'hangs' && isFirstWorker && shards === 2) for (;;);
  if (fault === 'one shard kills' && shard.first === 128) process.exit(4);
  if (fault === 'always dies') process.exit(5);
  parentPort.postMessage(runner.run(shard));
});
