// Attaches itself to the evaluator it is given, and answers requests and batches in its memory.
import { parentPort, workerData } from 'node:worker_threads';
import { attachEvaluator } from '../../dist/index.js';

const attached = attachEvaluator(workerData);

parentPort.on('message', ({ request, columns, rows, end }) => {
  if (end) {
    attached.dispose();
    parentPort.close();
    return;
  }
  if (request) {
    parentPort.postMessage(attached.decideRequest(request));
    return;
  }
  const out = new Uint8Array(rows);
  attached.decideBatch(columns, out);
  parentPort.postMessage(out);
});
