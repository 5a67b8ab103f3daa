// Does what a test's task says.
import { existsSync, writeFileSync } from 'node:fs';
import { threadId, workerData } from 'node:worker_threads';
import { taskHandler } from '../../dist/workers/task_handler.js';
import { transferring } from '../../dist/workers/transfer.js';

/** Puts a file there. Answers whether it is the one who did. */
function isFirst(path) {
  try {
    writeFileSync(path, '', { flag: 'wx' });
    return true;
  } catch {
    return false;
  }
}

function perform({ dies, diesOnce, throws, waitsFor, slot, bytes }) {
  if (dies || (diesOnce && isFirst(diesOnce))) process.exit(7);
  if (throws) throw new RangeError(throws);
  const noop = new Int32Array(new SharedArrayBuffer(4));
  while (waitsFor && !existsSync(waitsFor)) Atomics.wait(noop, 0, 0, 2);
  return { slot, threadId, workerData, bytes: new Uint8Array(bytes ?? 0).fill(5) };
}

export default taskHandler(
  perform,
  transferring(({ bytes }) => [bytes.buffer]),
);
