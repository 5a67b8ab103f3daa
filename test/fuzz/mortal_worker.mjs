// A campaign's worker that fails in a way that a test asks for.
import { writeFileSync } from 'node:fs';
import { DEFAULT_IMPLEMENTATIONS } from '../../dist/differential/implementations.js';
import { ShardRunner } from '../../dist/fuzz/shard.js';
import { taskHandler } from '../../dist/workers/task_handler.js';

const runner = new ShardRunner(DEFAULT_IMPLEMENTATIONS);

/** Whether no worker was here before, which a file tells. */
function isFirst(flag) {
  try {
    writeFileSync(flag, '', { flag: 'wx' });
    return true;
  } catch {
    return false;
  }
}

/** The handler of a worker with this fault. One that comes once leaves the file `flag`. */
export const mortalHandler = (fault, flag) =>
  taskHandler((shard) => {
    if (fault === 'one shard kills' && shard.first === 128) process.exit(4);
    if (fault === 'always dies') process.exit(5);
    if (shard.first === 0 && isFirst(flag)) {
      if (fault === 'exits') process.exit(3);
      if (fault === 'throws') throw new TypeError('spoilt');
      if (fault === 'hangs') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    }
    return runner.run(shard);
  });
