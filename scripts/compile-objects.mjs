// Compiles the BPF objects that tests read: npm run compile-objects. They are committed, so that tests need no clang; compile them again after a change of
// test/programs/sources. Needs clang and llvm-strip (LLVM 14 made those that are committed).

import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
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

const sources = join(FOLDER, 'sources');
const objects = join(FOLDER, 'objects');
rmSync(objects, { recursive: true, force: true });
mkdirSync(objects, { recursive: true });
for (const file of readdirSync(sources).filter((name) => name.endsWith('.c'))) {
  const name = file.slice(0, -2);
  compile(file, 'bpfel', `${name}.o`);
  if (BIG_ENDIAN.includes(name)) compile(file, 'bpfeb', `${name}-eb.o`);
}

/** Debug information makes BTF, and is then left out. */
function compile(file, target, object) {
  const path = join(objects, object);
  const warnings = ['-Wall', '-Werror', '-Wno-unused-variable', '-Wno-unused-function'];
  run(
    'clang',
    ['-target', target, '-O2', '-g', '-mcpu=v3', ...warnings, '-c', join(sources, file), '-o', path],
    sources,
  );
  run('llvm-strip', ['-g', path], sources);
}

function run(command, args, cwd) {
  const { status, stderr, error } = spawnSync(command, args, { cwd });
  if (error) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed: ${stderr}`);
}
