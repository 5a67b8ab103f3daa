import * as z from 'zod/mini';
import { documented } from '../../scenario/documentation.js';
import { output } from './output.js';
import { boolean, type JsonOf, text, texts } from './values.js';

/** `bpftoken --version --json` */
export const versionSchema = output(
  'version',
  'What this is, and what this machine can run: bpftoken --version --json.',
  {
    version: text('The version of bpf-token-sim.'),
    node: text('The version of Node.'),
    profiles: texts('The kernels it knows, oldest first.'),
    wasm: documented(
      z.strictObject({
        simd: boolean('Vector instructions, which the hot path needs.'),
        bulk_memory: boolean('Bulk memory instructions, which the hot path needs.'),
        shared_memory: boolean('Memory that threads share; without it, a world is decided in one thread.'),
      }),
      { description: 'What WebAssembly has here.' },
    ),
  },
);

export type VersionJson = JsonOf<typeof versionSchema>;
