// A campaign's worker that fails in ways a test asks for: in the environment, as FUZZ_TEST_FAULT. A fault that comes once leaves
// a file at FUZZ_TEST_FLAG.
import { writeFileSync } from 'node:fs';
import { DEFAULT_IMPLEMENTATIONS } from '../../dist/differential/implementations.js';
import { ShardRunner } from '../../dist/fuzz/shard.js';
import { taskHandler } from '../../dist/workers/task_handler.js';

const runner = new ShardRunner(DEFAULT_IMPLEMENTATIONS);
const { FUZZ_TEST_FAULT: fault, FUZZ_TEST_FLAG: flag } = process.env;

/** Whether no worker was here before. */
function isFirst() {
  try {
    writeFileSync(flag, '', { flag: 'wx' });
    return true;
  } catch {
    return false;
  }
}

export default taskHandler((shard) => {
  if (fault === 'one shard kills' && shard.first === 128) process.exit(4);
  if (fault === 'always dies') process.exit(5);
  if (shard.first === 0 && isFirst()) {
    if (fault === 'exits') process.exit(3);
    if (fault === 'throws') throw new TypeError('spoilt');
    if (fault === 'hangs') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  }
  return runner.run(shard);
});
