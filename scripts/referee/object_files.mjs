import { mkdirSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { findEmbeddedObjects } from '../../dist/programs/embedded_objects.js';

/** Debian packages that hold BPF objects, in files or in executables. */
export const OBJECT_PACKAGES = ['libbpf-tools', 'libxdp1', 'xdp-tools', 'golang-github-cilium-ebpf-dev'];

/** Where packages put executables that may carry objects. */
const EXECUTABLES = ['usr/sbin', 'usr/bin'];

/**
 * The BPF objects under a folder of unpacked packages: files, and those in executables, which are written to `extracted`. Each as a path, a name and the
 * executable that carries it.
 */
export function objectFiles(root, extracted) {
  rmSync(extracted, { recursive: true, force: true });
  mkdirSync(extracted, { recursive: true });
  const files = readdirSync(join(root, 'usr'), { recursive: true, encoding: 'utf8', withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(o|elf)$/.test(entry.name))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .filter((path) => isObject(readFileSync(path)))
    .map((path) => ({ name: basename(path), path }));
  const executables = EXECUTABLES.flatMap((folder) => filesIn(join(root, folder)));
  const carried = [...new Set(executables)].flatMap((path) => {
    const bytes = new Uint8Array(readFileSync(path));
    return findEmbeddedObjects(bytes).objects.map(({ offset, size }, k) => {
      const name = `${basename(path)}-${k}.o`;
      writeFileSync(join(extracted, name), bytes.subarray(offset, offset + size));
      return { name, path: join(extracted, name), executable: path };
    });
  });
  return [...files, ...carried];
}

function filesIn(folder) {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => realpathSync(join(folder, entry.name)));
  } catch {
    return [];
  }
}

/** ELF of machine EM_BPF, of either byte order. */
function isObject(bytes) {
  const machine = bytes[5] === 2 ? bytes.readUInt16BE(18) : bytes.length > 20 ? bytes.readUInt16LE(18) : 0;
  return bytes.readUInt32BE(0) === 0x7f454c46 && machine === 247;
}
