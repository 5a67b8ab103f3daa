import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './commands.mjs';
import { newcArchive } from './newc.mjs';
import { root } from './paths.mjs';

/** Compiles the recorder to the file `init`. */
export function buildRecorder(init) {
  const sources = readdirSync(join(root, 'recorder')).filter((name) => name.endsWith('.c'));
  run('gcc', ['-O2', '-static', '-o', init, ...sources.map((name) => join(root, 'recorder', name))]);
}

/** An initramfs with the program `init` as its first process, and files in folders of their own: `{selinux: [[name, bytes]]}`. */
export function initramfs(init, files = {}) {
  const { add, finish } = newcArchive();
  for (const folder of ['dev', 'proc', 'sys', 'tmp', 'mnt']) add(folder, 0o40755);
  add('dev/console', 0o20600, { major: 5, minor: 1 });
  add('init', 0o100755, { content: readFileSync(init) });
  for (const [folder, entries] of Object.entries(files)) {
    add(folder, 0o40755);
    for (const [name, content] of entries) add(`${folder}/${name}`, 0o100644, { content });
  }
  return finish();
}
