import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { log } from './commands.mjs';
import { root } from './paths.mjs';
import { compareVersions } from './versions.mjs';

/** Stores the kernel's names and numbers for scripts/vocabulary.mjs, and logs whether they differ from the stored ones. */
export function storeVocabulary(release, packageFile, text) {
  const file = join(root, 'vocabulary', `${release}.json`);
  const [name, version, architecture] = packageFile.replace(/\.deb$/, '').split('_');
  const before = existsSync(file) ? readFileSync(file, 'utf8') : undefined;
  const { kernel: _, ...words } = JSON.parse(text);
  // Only recordings of programs come with the names of helpers: others keep them.
  const { helpers } = before === undefined ? words : { ...JSON.parse(before), ...words };
  const source = `BTF of Debian's ${name} ${version} (${architecture})`;
  const stored = `${JSON.stringify({ source, ...words, helpers }, null, 2)}\n`;
  if (stored === before) return;
  writeWhole(file, stored);
  const state = before === undefined ? 'new' : 'changed';
  log(`vocabulary/${release}.json is ${state}: npm run vocabulary takes it into the model`);
}

/** gzip whose bytes do not depend on the time, the machine or the operating system. */
export function compress(bytes) {
  const packed = gzipSync(bytes, { level: 9 });
  packed[9] = 255;
  return packed;
}

/** Adds how a recording was made to index.json, beside the recordings. */
export function recordInIndex(out, entry) {
  const file = join(dirname(out), 'index.json');
  const all = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  all[basename(out)] = entry;
  const sorted = Object.fromEntries(Object.entries(all).sort(([a], [b]) => compareVersions(a, b)));
  writeWhole(file, `${JSON.stringify(sorted, null, 2)}\n`);
}

/** Writes a file that appears whole or not at all. */
export function writeWhole(file, bytes) {
  const part = `${file}.part`;
  writeFileSync(part, bytes);
  renameSync(part, file);
}

/** In hexadecimal. */
export function sha256(bytes) {
  return createHash('sha256').update(bytes).digest('hex');
}
