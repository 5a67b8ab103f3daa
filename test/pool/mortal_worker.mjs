// A pool's worker that fails in ways a test asks for: in the environment, as POOL_TEST_FAULT. What is to happen once is
// done by the first worker that creates a file in the folder POOL_TEST_FOLDER.
import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BroadcastChannel, threadId, workerData } from 'node:worker_threads';
import { ShardDecider } from '../../dist/pool/shard_task.js';
import { taskHandler } from '../../dist/workers/task_handler.js';

const fault = process.env.POOL_TEST_FAULT;
const folder = process.env.POOL_TEST_FOLDER;
const decider = new ShardDecider(workerData.memory);
const channel = new BroadcastChannel('pool test');
channel.unref();

if (fault === 'cannot start') throw new TypeError('spoilt');

function isFirst(what) {
  try {
    writeFileSync(join(folder, what), '', { flag: 'wx' });
    return true;
  } catch {
    return false;
  }
}

/** Holds the thread until the test puts a file there. */
function waitFor(what) {
  const noop = new Int32Array(new SharedArrayBuffer(4));
  while (!existsSync(join(folder, what))) Atomics.wait(noop, 0, 0, 2);
}

export default taskHandler((task) => {
  const spoil = (shard) =>
    task.rows.out.fill(0xff, shard * task.rowsPerShard, shard * task.rowsPerShard + (task.rowsPerShard >> 1));
  decider.run(task, (shard) => {
    appendFileSync(join(folder, 'log'), `${shard}\n`);
    if (fault === 'is terminated' && shard === 3 && isFirst('once')) {
      spoil(shard);
      channel.postMessage(threadId);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    }
    if (fault === 'exits' && shard === 3 && isFirst('once')) {
      spoil(shard);
      process.exit(3);
    }
    if (fault === 'throws later' && shard === 3 && isFirst('once')) {
      queueMicrotask(() => {
        throw new TypeError('spoilt later');
      });
    }
    if (fault === 'refuses' && shard === 3 && isFirst('once')) throw new RangeError('refused');
    if (fault === 'one shard kills' && shard === 5) process.exit(4);
    if (fault === 'holds' && isFirst('once')) {
      channel.postMessage(threadId);
      waitFor('go on');
    }
  });
});
