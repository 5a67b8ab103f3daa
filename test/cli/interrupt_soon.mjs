// Loaded before a command: Ctrl-C comes a while after the command begins to heed it, however long it takes to start.
import { isMainThread } from 'node:worker_threads';

function onNewListener(name) {
  if (name !== 'SIGINT') return;
  process.off('newListener', onNewListener);
  setTimeout(() => process.kill(process.pid, 'SIGINT'), Number(process.env.TEST_INTERRUPT_MS));
}
if (isMainThread) process.on('newListener', onNewListener);
