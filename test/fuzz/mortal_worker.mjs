// A campaign's worker that fails in ways a test asks for: in the environment, as FUZZ_TEST_FAULT.
import { parentPort, workerData } from 'node:worker_threads';
import { DEFAULT_IMPLEMENTATIONS } from '../../dist/differential/implementations.js';
import { ShardRunner } from '../../dist/fuzz/shard.js';

const runner = new ShardRunner(DEFAULT_IMPLEMENTATIONS);
const fault = process.env.FUZZ_TEST_FAULT;
let isFirstShard = true;

parentPort.on('message', (shard) => {
  // The first shard of the first worker: the only one it is sure to be given, however busy the machine is.
  const isItsTurn = workerData.number === 0 && isFirstShard;
  isFirstShard = false;
  if (fault === 'exits' && isItsTurn) process.exit(3);
  if (fault === 'throws' && isItsTurn) throw new TypeError('spoilt');
  if (fault === 'hangs' && isItsTurn) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  if (fault === 'one shard kills' && shard.first === 128) process.exit(4);
  if (fault === 'always dies') process.exit(5);
  parentPort.postMessage(runner.run(shard));
});
