// Puts each worker file of a build, and what it reads of ours, into one file: a thread that loads sixty starts half as fast.
// node scripts/bundle-workers.mjs FOLDER, where the compiler wrote src/.
import { writeFileSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { rolldown } from 'rolldown';

const WORKERS = ['cli/batch/part_worker.js', 'fuzz/worker.js', 'load/load_worker.js', 'pool/worker.js'];
const folder = resolve(process.argv[2]);

const bundles = await Promise.all(
  WORKERS.map(async (worker) => {
    const file = join(folder, worker);
    // Packages stay packages.
    const external = (id) => !id.startsWith('.') && !isAbsolute(id);
    const bundle = await rolldown({ input: file, platform: 'node', external });
    const { output } = await bundle.generate({ format: 'esm', codeSplitting: false });
    await bundle.close();
    if (output.length !== 1) throw new Error(`${worker} became ${output.length} files`);
    return { file, code: output[0].code };
  }),
);
// None is written before all are made: they are made of each other's files.
for (const { file, code } of bundles) writeFileSync(file, code);
