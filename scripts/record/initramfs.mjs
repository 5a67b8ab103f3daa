import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './commands.mjs';
import { root } from './paths.mjs';

/** Compiles the recorder to the file `init`. */
export function buildRecorder(init) {
  const sources = readdirSync(join(root, 'recorder')).filter((name) => name.endsWith('.c'));
  run('gcc', ['-O2', '-static', '-o', init, ...sources.map((name) => join(root, 'recorder', name))]);
}

/**
 * An initramfs with the program `init` as its first process, in the newc format
 * (Documentation/driver-api/early-userspace/buffer-format.rst).
 */
export function initramfs(init) {
  const chunks = [];
  let inode = 0;
  const pad = (length) => Buffer.alloc((4 - (length % 4)) % 4);
  const add = (name, mode, { content = Buffer.alloc(0), major = 0, minor = 0 } = {}) => {
    inode += 1;
    const fields = [inode, mode, 0, 0, 1, 0, content.length, 0, 0, major, minor, name.length + 1, 0];
    const head = `070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}${name}\0`;
    chunks.push(Buffer.from(head), pad(head.length), content, pad(content.length));
  };
  for (const folder of ['dev', 'proc', 'sys', 'tmp', 'mnt']) add(folder, 0o40755);
  add('dev/console', 0o20600, { major: 5, minor: 1 });
  add('init', 0o100755, { content: readFileSync(init) });
  add('TRAILER!!!', 0);
  return Buffer.concat(chunks);
}
