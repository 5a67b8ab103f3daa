// Compiles the BPF objects that tests read: npm run compile-objects. They are committed, so that tests need no clang; compile them again after a change of
// test/programs/sources. Needs clang and llvm-strip (LLVM 14 made those that are
// committed), and as root bpftool (7.1), whose light skeletons are written as they are in executables: the data, then the loader program.

import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const FOLDER = join(dirname(dirname(fileURLToPath(import.meta.url))), 'test/programs');
/** Sources that are compiled for targets with the other byte order too. */
const BIG_ENDIAN = [
  'data',
  'externs',
  'functions',
  'kfuncs',
  'loops',
  'maps',
  'maps_of_maps',
  'section_cgroup_skb',
  'section_struct_ops',
];

/** Objects of which light skeletons are made. */
const LIGHT = ['data', 'section_xdp'];

const sources = join(FOLDER, 'sources');
const objects = join(FOLDER, 'objects');
rmSync(objects, { recursive: true, force: true });
mkdirSync(objects, { recursive: true });
for (const file of readdirSync(sources).filter((name) => name.endsWith('.c'))) {
  const name = file.slice(0, -2);
  compile(file, 'bpfel', `${name}.o`);
  if (BIG_ENDIAN.includes(name)) compile(file, 'bpfeb', `${name}-eb.o`);
}

const skeletons = join(FOLDER, 'light_skeletons');
rmSync(skeletons, { recursive: true, force: true });
mkdirSync(skeletons, { recursive: true });
for (const name of LIGHT) {
  const header = run('bpftool', ['gen', 'skeleton', '-L', join(objects, `${name}.o`)], sources).toString();
  const blobs = [...header.matchAll(/opts\.(?:data|insns) = \(void \*\)"([^"]*)"/g)].map(([, text]) => bytesOf(text));
  if (blobs.length !== 2) throw new Error(`the light skeleton of ${name} has ${blobs.length} blobs`);
  writeFileSync(join(skeletons, `${name}.bin`), Buffer.concat(blobs));
}

/** The bytes of a string literal of C that bpftool writes. */
function bytesOf(literal) {
  const parts = literal.replaceAll('\\\n', '').match(/\\x[0-9a-f]{2}|\\0/g) ?? [];
  return Buffer.from(parts.map((part) => (part === '\\0' ? 0 : Number.parseInt(part.slice(2), 16))));
}

/** Debug information makes BTF, and is then left out; paths of sources say nothing of where they are. */
function compile(file, target, object) {
  const path = join(objects, object);
  const warnings = ['-Wall', '-Werror', '-Wno-unused-variable', '-Wno-unused-function'];
  run(
    'clang',
    [
      '-target',
      target,
      '-O2',
      '-g',
      '-mcpu=v3',
      `-ffile-prefix-map=${sources}=.`,
      ...warnings,
      '-c',
      join(sources, file),
      '-o',
      path,
    ],
    sources,
  );
  run('llvm-strip', ['-g', path], sources);
}

function run(command, args, cwd) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd });
  if (error) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed: ${stderr}`);
  return stdout;
}
