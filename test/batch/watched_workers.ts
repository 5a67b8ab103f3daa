import type { Worker } from 'node:worker_threads';

/** How many worker threads start while something is done. */
export async function workersOf(act: () => Promise<void>): Promise<number> {
  let started = 0;
  await watching(() => void started++, act);
  return started;
}

/** Does something while the first two answers of worker threads are their last; how many were terminated. */
export async function terminatingTwo(act: () => Promise<void>): Promise<number> {
  let killed = 0;
  const kill = (worker: Worker): void => {
    worker.on('message', () => {
      if (killed === 2) return;
      killed += 1;
      void worker.terminate();
    });
  };
  await watching(kill, act);
  return killed;
}

async function watching(onWorker: (worker: Worker) => void, act: () => Promise<void>): Promise<void> {
  process.on('worker', onWorker);
  await act().finally(() => process.off('worker', onWorker));
}
