import { spawnSync } from 'node:child_process';
import { existsSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './debian_root.mjs';

/** libbpf and what it needs to run, in a Debian suite. */
export const LIBBPF_PACKAGES = {
  bookworm: ['libbpf1/bookworm-backports', 'libelf1', 'zlib1g', 'libzstd1', 'libc6'],
  newer: ['libbpf1', 'libelf1t64', 'zlib1g', 'libzstd1', 'libc6'],
};

/** Compiles the probe and the library that stands for a kernel; `headers`: a folder with libbpf-dev. */
export function compileProbe(scripts, headers, folder) {
  const include = join(headers, 'usr/include');
  const probe = join(folder, 'object_probe');
  const fake = join(folder, 'fake_bpf.so');
  const warnings = ['-O1', '-Wall', '-Wextra', '-Werror'];
  const library = join(headers, 'usr/lib/x86_64-linux-gnu');
  const link = ['-L', library, '-lbpf', '-Wl,--unresolved-symbols=ignore-in-shared-libs'];
  run('gcc', [...warnings, '-I', include, '-o', probe, join(scripts, 'object_probe.c'), ...link]);
  run('gcc', [...warnings, '-shared', '-fPIC', '-o', fake, join(scripts, 'fake_bpf.c'), '-ldl']);
  return { probe, fake };
}

/** A release of libbpf in a folder of unpacked packages. */
export class Libbpf {
  /** `1.7`. */
  release;
  #command;
  #fake;

  constructor(release, root, { probe, fake }) {
    this.release = release;
    this.#fake = fake;
    const loader = ['usr/lib64', 'lib64', 'usr/lib/x86_64-linux-gnu', 'lib/x86_64-linux-gnu']
      .map((folder) => join(root, folder, 'ld-linux-x86-64.so.2'))
      .find(existsSync);
    if (!loader) throw new Error(`${root} has no ld-linux-x86-64.so.2`);
    const libraries = ['usr/lib/x86_64-linux-gnu', 'lib/x86_64-linux-gnu']
      .map((folder) => join(root, folder))
      .join(':');
    this.#command = (preload) => [loader, '--library-path', libraries, ...preload, probe];
  }

  /** What it makes of names of sections: type and attach_type, or error. */
  sections(names) {
    const [program, ...args] = [...this.#command([]), '--sections'];
    return linesOf(run(program, args, { input: `${names.join('\n')}\n` }));
  }

  /** What it opens, by path. */
  open(paths) {
    const [program, ...args] = [...this.#command([]), ...paths];
    return new Map(linesOf(run(program, args)).map((object) => [object.file, object]));
  }

  /**
   * The programs that it sends to the kernel for an object, probes included: fields of PROG_LOAD, as texts; and what instructions of functions refer to.
   * `isWhole`: whether it got to the end.
   */
  load(path, log) {
    const [program, ...args] = [...this.#command(['--preload', this.#fake]), '--load', path];
    const stdio = ['ignore', 'ignore', 'pipe', openSync(log, 'w')];
    const env = { ...process.env, OBJECT_PROBE_VERBOSE: '1' };
    const { status, stderr } = spawnSync(program, args, { stdio, env, maxBuffer: 1 << 28 });
    const calls = readFileSync(log, 'utf8').split('\n');
    const loads = calls
      .filter((line) => line.startsWith('prog_load '))
      .map((line) =>
        Object.fromEntries([...line.matchAll(/(\w+)=(.*?)(?= \w+=|$)/g)].map(([, key, value]) => [key, value])),
      );
    return { isWhole: status === 0, loads, references: referencesIn(stderr.toString()) };
  }
}

function linesOf(bytes) {
  const lines = bytes.toString().split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line));
}

/** `FUNCTION NAME` for each map and extern that libbpf says a function refers to, each once, sorted. */
function referencesIn(text) {
  const found = [
    ...text.matchAll(/prog '(.*?)': found (?:(?:arena |data )?map \d+ \((.*?), sec|extern #\d+ '(.*?)' )/g),
  ];
  return [...new Set(found.map(([, name, map, extern]) => `${name} ${map ?? extern}`))].sort();
}
