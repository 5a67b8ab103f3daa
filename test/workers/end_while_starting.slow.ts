import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';

const dist = new URL('../../dist/', import.meta.url).href;

// Node 20.19 to 22 end the process where a thread ends while require() links an ES module.
test('threads that end at any moment of their start leave the process as it is', () => {
  const program = `
    import { WorkerPool } from '${dist}workers/worker_pool.js';
    for (let round = 0; round < 150; round += 1) {
      const pool = new WorkerPool({ file: new URL('${dist}fuzz/worker.js'), workers: 4 });
      await new Promise((resolve) => setTimeout(resolve, 20 + ((round * 13) % 100)));
      for (const thread of pool.threads) void thread.terminate();
      await pool.close();
    }
    console.log('all ended');
  `;
  const { stdout, stderr, signal } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
    encoding: 'utf8',
  });
  expect({ stdout, stderr, signal }).toEqual({ stdout: 'all ended\n', stderr: '', signal: null });
});
