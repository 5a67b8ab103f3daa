// Puts what the worker files of a build read of ours into few files: a thread that loads sixty starts half as fast.
// node scripts/bundle-workers.mjs FOLDER, where the compiler wrote src/.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { rolldown } from 'rolldown';

const WORKERS = ['batch/splits/split_worker', 'fuzz/worker', 'loadtest/load_worker', 'pool/worker'];
const folder = resolve(process.argv[2]);

const bundle = await rolldown({
  input: Object.fromEntries(WORKERS.map((worker) => [worker, join(folder, `${worker}.js`)])),
  platform: 'node',
  // Packages stay packages.
  external: (id) => !id.startsWith('.') && !isAbsolute(id),
});
const { output } = await bundle.generate({
  format: 'esm',
  // Where it stands now, in place of what the compiler wrote; what several read, or only some, beside them.
  entryFileNames: '[name].js',
  chunkFileNames: 'chunks/[name]-[hash].js',
});
await bundle.close();
// Those of an earlier build have other names.
rmSync(join(folder, 'chunks'), { recursive: true, force: true });
for (const { fileName, code } of output) {
  const file = join(folder, fileName);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, code);
}
