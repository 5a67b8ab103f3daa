import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
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

const GO = ['golang-1.26-go', 'golang-1.26-src', 'golang-github-cilium-ebpf-dev', 'golang-golang-x-sys-dev'];

/** Builds the program that loads an object with cilium/ebpf 0.22 of Debian, without a network: a command that starts it. */
export function buildCilium(work, sources) {
  const root = debianRoot('forky', GO, join(work, 'forky-go'));
  const folder = join(work, 'cilium');
  const goroot = join(root, 'usr/lib/go-1.26');
  mkdirSync(folder, { recursive: true });
  copyFileSync(join(sources, 'cilium/main.go'), join(folder, 'main.go'));
  const packages = join(root, 'usr/share/gocode/src');
  const modules = { 'github.com/cilium/ebpf': 'v0.22.0', 'golang.org/x/sys': 'v0.43.0' };
  const lines = ['module load_object', 'go 1.25.0'];
  for (const [name, version] of Object.entries(modules)) {
    if (!existsSync(join(packages, name, 'go.mod')))
      writeFileSync(join(packages, name, 'go.mod'), `module ${name}\n\ngo 1.25.0\n`);
    lines.push(`require ${name} ${version}`, `replace ${name} => ${join(packages, name)}`);
  }
  writeFileSync(join(folder, 'go.mod'), `${lines.join('\n')}\n`);
  const env = {
    ...process.env,
    GOROOT: goroot,
    GOPATH: join(work, 'gopath'),
    GOCACHE: join(work, 'gocache'),
    GOFLAGS: '-mod=mod',
    GOPROXY: 'off',
    GOTOOLCHAIN: 'local',
    CGO_ENABLED: '0',
  };
  run(join(goroot, 'bin/go'), ['build', '-o', 'load_object', '.'], { cwd: folder, env });
  return [join(folder, 'load_object')];
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
    'libbpf-1.4': here(library),
    'libbpf-1.5': withSuite(roots[SUITES['1.5']], load),
    ...Object.fromEntries(Object.entries(built).map(([release, folder]) => [`libbpf-${release}`, here(folder)])),
    'libbpf-1.7': withSuite(roots[SUITES['1.7']], load),
    'cilium-0.22': buildCilium(work, sources),
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

/** The exit status of programs that load an object, where they cannot read it. */
const CANNOT_READ = 64;

/** What strace says of a load. Whether the object was loaded; undefined where the loader cannot read it. Throws an Error otherwise. */
export function traceLoad({ strace, exec }, command, { capabilities, options }, object, out) {
  const args = ['-f', '-qq', '-X', 'raw', '-e', 'trace=bpf', '-o', out, exec, capabilities.toString(16), options];
  const { status, stderr } = spawnSync(strace[0], [...strace.slice(1), ...args, ...command, object], {
    encoding: 'utf8',
  });
  if (status === CANNOT_READ) return undefined;
  if (status !== 0 && status !== 1) throw new Error(`${object}: exit status ${status}: ${stderr}`);
  return status === 0;
}
