// Loaded before a command: says on standard error when the command begins to heed Ctrl-C.
import { writeSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

function onNewListener(name) {
  if (name !== 'SIGINT') return;
  process.off('newListener', onNewListener);
  writeSync(2, 'listening\n');
}
if (isMainThread) process.on('newListener', onNewListener);
