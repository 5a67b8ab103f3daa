import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { debianRoot, run } from '../debian_root.mjs';

/** Where Debian has each release of libbpf; 1.6 is in no suite, and --libbpf names one that was built. */
const SUITES = { 1.4: 'bookworm-backports', 1.5: 'trixie', 1.7: 'forky' };
const LIBC = ['libc6', 'zlib1g', 'libzstd1'];
const PACKAGES = {
  'bookworm-backports': ['libbpf1', 'libbpf-dev'],
  trixie: ['libbpf1', 'libelf1t64', ...LIBC],
  forky: ['libbpf1', 'libelf1t64', 'strace', 'libunwind8', 'liblzma5', ...LIBC],
};
const LIBRARIES = 'usr/lib/x86_64-linux-gnu';

/** A command that starts a program with the libraries of a Debian suite, its C library among them. */
function withSuite(root, program) {
  return [join(root, 'usr/lib64/ld-linux-x86-64.so.2'), '--library-path', join(root, LIBRARIES), program];
}

/** Compiles the C programs, and answers how to start what: strace, delegated_exec, and load_object with each release of libbpf. */
export function prepareLibraries(work, sources, built) {
  mkdirSync(work, { recursive: true });
  const roots = Object.fromEntries(
    Object.entries(PACKAGES).map(([suite, packages]) => [suite, debianRoot(suite, packages, join(work, suite))]),
  );
  const headers = join(roots['bookworm-backports'], 'usr/include');
  const library = join(roots['bookworm-backports'], LIBRARIES);
  const exec = join(work, 'delegated_exec');
  const load = join(work, 'load_object');
  run('gcc', ['-O1', '-Wall', '-o', exec, join(sources, 'delegated_exec.c')]);
  run('gcc', ['-O1', `-I${headers}`, '-o', load, join(sources, 'load_object.c'), join(library, 'libbpf.so.1')]);
  const here = (folder) => ['/usr/bin/env', `LD_LIBRARY_PATH=${folder}`, load];
  const commands = {
    1.4: here(library),
    ...Object.fromEntries(Object.entries(built).map(([release, folder]) => [release, here(folder)])),
    1.5: withSuite(roots[SUITES['1.5']], load),
    1.7: withSuite(roots[SUITES['1.7']], load),
  };
  return { strace: withSuite(roots.forky, join(roots.forky, 'usr/bin/strace')), exec, commands, headers };
}

/** Compiles the objects, with BTF unless the name says otherwise: a map from name to path. */
export function compileObjects(sources, names, headers, work) {
  const flags = [
    '-target',
    'bpf',
    '-O2',
    `-I${headers}`,
    '-I/usr/include/x86_64-linux-gnu',
    '-ffile-compilation-dir=.',
  ];
  return new Map(
    names.map((name) => {
      const path = join(work, `${name}.o`);
      const debug = name.endsWith('_without_btf') ? [] : ['-g'];
      // Where they are, so that BTF has no path of this machine.
      run('clang', [...flags, ...debug, '-c', `${name}.c`, '-o', path], { cwd: sources });
      run('llvm-strip', ['-g', path]);
      return [name, path];
    }),
  );
}

/** What strace says of a load. Throws an Error where the load could not be tried. */
export function traceLoad({ strace, exec }, command, { capabilities, options }, object, out) {
  const args = ['-f', '-qq', '-X', 'raw', '-e', 'trace=bpf', '-o', out, exec, capabilities.toString(16), options];
  const { status, stderr } = spawnSync(strace[0], [...strace.slice(1), ...args, ...command, object], {
    encoding: 'utf8',
  });
  if (status !== 0 && status !== 1) throw new Error(`${object}: exit status ${status}: ${stderr}`);
  return status === 0;
}
