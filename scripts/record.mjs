// Records what a Debian kernel answers: npm run record -- --kernel 6.12 [--seed N] [--out FILE] [--cases N] [--kvm]
//
// Fetches the kernel's package with apt (private lists, under build/kernels), boots it in QEMU with the recorder
// (recorder/*.c) as its only process, checks that nothing is missing, and stores what it recorded.

import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';

const SUITES = ['bookworm-backports', 'trixie', 'trixie-backports', 'sid'];
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const cache = join(root, 'build', 'kernels');
const USAGE = 'usage: npm run record -- --kernel 6.12 [--seed N] [--cases N] [--out FILE] [--kvm]';

class Problem extends Error {}

function options() {
  const { values } = parseArgs({
    options: {
      kernel: { type: 'string' },
      seed: { type: 'string', default: '1' },
      cases: { type: 'string', default: '40000' },
      out: { type: 'string' },
      kvm: { type: 'boolean', default: false },
    },
  });
  const { kernel: release } = values;
  if (!/^\d+\.\d+$/.test(release ?? '')) throw new Problem(`--kernel is a release, such as 6.12\n${USAGE}`);
  for (const name of ['seed', 'cases']) {
    if (!/^\d+$/.test(values[name])) throw new Problem(`--${name} is a number\n${USAGE}`);
  }
  return { ...values, release };
}

/**
 * QEMU 7.2 miscalculates cmpxchg16b in a way that crashes kernels before 6.19; newer ones need it for arena maps.
 */
function cpuFor(release) {
  return compareVersions(release, '6.19') < 0 ? 'max,-cx16' : 'max';
}

/** Where each tool comes from, so that its absence can be said plainly. */
const TOOLS = {
  'qemu-system-x86_64': 'the Debian package qemu-system-x86',
  gcc: 'the Debian packages gcc and libc6-dev',
  'apt-get': 'Debian (or a derivative with its apt)',
  'apt-cache': 'Debian (or a derivative with its apt)',
  'dpkg-deb': 'the Debian package dpkg',
  tar: 'the Debian package tar',
};

function requireTools() {
  const missing = Object.entries(TOOLS).filter(
    ([tool]) => !process.env.PATH.split(':').some((folder) => existsSync(join(folder, tool))),
  );
  if (missing.length > 0) {
    throw new Problem(missing.map(([tool, from]) => `${tool} is missing: it comes with ${from}`).join('\n'));
  }
}

function run(command, args, { cwd } = {}) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, maxBuffer: 1 << 30 });
  if (error) throw new Problem(`${command}: ${error.message}`);
  if (status !== 0) throw new Problem(`${command} ${args.join(' ')} failed:\n${stderr.toString().trim()}`);
  return stdout;
}

/** The Debian archive this machine already uses. */
function archive() {
  const targets = run('apt-get', ['indextargets', '--format', '$(REPO_URI)']).toString().split('\n');
  const found = targets.find((uri) => /\/debian\/?$/.test(uri));
  if (!found) throw new Problem("apt's configuration names no Debian archive (apt-get indextargets)");
  return found;
}

/** Options that keep apt's lists and packages of this script apart from the machine's. */
function aptOptions() {
  const folders = ['lists/partial', 'archives/partial', 'sources'];
  for (const folder of folders) mkdirSync(join(cache, 'apt', folder), { recursive: true });
  const source = [
    'Types: deb',
    `URIs: ${archive()}`,
    `Suites: ${SUITES.join(' ')}`,
    'Components: main',
    'Architectures: amd64',
    ...(existsSync(KEYRING) ? [`Signed-By: ${KEYRING}`] : []),
  ];
  writeFileSync(join(cache, 'apt/sources/debian.sources'), `${source.join('\n')}\n`);
  const settings = {
    'Dir::Etc::SourceList': '/dev/null',
    'Dir::Etc::SourceParts': join(cache, 'apt/sources'),
    'Dir::State::Lists': join(cache, 'apt/lists'),
    'Dir::Cache': join(cache, 'apt'),
    'Acquire::Languages': 'none',
    'APT::Sandbox::User': 'root',
  };
  return Object.entries(settings).flatMap(([key, value]) => ['-o', `${key}=${value}`]);
}

function versionNumbers(text) {
  return text.split(/\D+/).map(Number);
}

function compareVersions(a, b) {
  const [left, right] = [versionNumbers(a), versionNumbers(b)];
  const at = left.findIndex((part, i) => part !== right[i]);
  return at < 0 ? 0 : left[at] - (right[at] ?? -1);
}

/** Packages with a kernel image, as [name, version]: linux-binary-* from 6.19 on, linux-image-* before. */
function kernelPackages(apt) {
  const names = run('apt-cache', [...apt, 'pkgnames', 'linux-'])
    .toString()
    .split('\n');
  return names.flatMap((name) => {
    const version = /^linux-(?:binary|image)-(\d+\.\d+\.\d+[^-]*)-amd64$/.exec(name)?.[1];
    return version ? [[name, version]] : [];
  });
}

function releaseOf(version) {
  return version.split('.', 2).join('.');
}

/** The newest package of a release. */
function findPackage(apt, release) {
  const all = kernelPackages(apt);
  const isBinary = ([name]) => Number(name.startsWith('linux-binary-'));
  const fitting = all
    .filter(([, version]) => releaseOf(version) === release)
    .sort((a, b) => compareVersions(a[1], b[1]) || isBinary(a) - isBinary(b));
  const newest = fitting.at(-1);
  if (!newest) {
    const there = [...new Set(all.map(([, version]) => releaseOf(version)))].sort(compareVersions);
    throw new Problem(`Debian (${SUITES.join(', ')}) has no kernel ${release} at present; it has ${there.join(', ')}`);
  }
  return newest[0];
}

/** The kernel's image, unpacked once. */
function fetchKernel(release) {
  const folder = join(cache, release);
  const image = join(folder, 'vmlinuz');
  const packageFile = join(folder, 'package');
  if (!existsSync(image)) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const apt = aptOptions();
    say('fetching the list of Debian packages');
    run('apt-get', [...apt, 'update']);
    const name = findPackage(apt, release);
    say(`fetching ${name}`);
    run('apt-get', [...apt, 'download', name], { cwd: folder });
    const deb = readdirSync(folder).find((file) => file.endsWith('.deb'));
    // In /boot, or from linux-binary-* on beside the modules. Only this file is wanted of hundreds of megabytes.
    const unpack = `dpkg-deb --fsys-tarfile "$1" | tar -x -O --wildcards '*/vmlinuz*'`;
    const bytes = run('sh', ['-c', unpack, 'sh', join(folder, deb)]);
    writeFileSync(packageFile, `${deb}\n`);
    writeFileSync(`${image}.part`, bytes);
    renameSync(`${image}.part`, image);
    rmSync(join(folder, deb));
  }
  return { image, packageFile: readFileSync(packageFile, 'utf8').trim() };
}

function buildRecorder(init) {
  const sources = readdirSync(join(root, 'recorder')).filter((name) => name.endsWith('.c'));
  run('gcc', ['-O2', '-static', '-o', init, ...sources.map((name) => join(root, 'recorder', name))]);
}

/** An initramfs in the newc format (Documentation/driver-api/early-userspace/buffer-format.rst). */
function initramfs(init) {
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

const onTerminal = process.stderr.isTTY === true;

function say(text) {
  process.stderr.write(`record: ${text}\n`);
}

/** Counts the lines of a growing file and shows them, on a terminal only. */
function watch(file, cases) {
  if (!onTerminal) return () => {};
  const buffer = Buffer.alloc(1 << 20);
  let fd;
  let lines = 0;
  const look = () => {
    if (fd === undefined && existsSync(file)) fd = openSync(file);
    if (fd === undefined) return;
    for (let got = 1; got > 0; ) {
      got = readSync(fd, buffer, 0, buffer.length, null);
      for (let at = buffer.indexOf(10); at >= 0 && at < got; at = buffer.indexOf(10, at + 1)) lines += 1;
    }
    process.stderr.write(`\rrecord: ${lines.toLocaleString('en')} of about ${cases.toLocaleString('en')} cases`);
  };
  const timer = setInterval(look, 500);
  return () => {
    clearInterval(timer);
    process.stderr.write('\r\x1b[K');
    if (fd !== undefined) closeSync(fd);
  };
}

/** Boots the guest; resolves with its console and what it recorded. */
async function boot({ image, ramdisk, cpu, kvm, seed, cases, work }) {
  const console = join(work, 'console');
  const out = join(work, 'out');
  const vocabulary = join(work, 'vocabulary');
  const command = [
    ['-accel', kvm ? 'kvm' : 'tcg'],
    ['-cpu', kvm ? 'host' : cpu],
    ['-m', '1024', '-smp', '1', '-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot'],
    ['-kernel', image, '-initrd', ramdisk],
    ['-append', `console=ttyS0 quiet panic=-1 lsm=bpf recorder.seed=${seed} recorder.cases=${cases}`],
    ['-serial', `file:${console}`, '-serial', `file:${out}`, '-serial', `file:${vocabulary}`],
  ].flat();
  const stop = watch(out, Number(cases));
  const child = spawn('qemu-system-x86_64', command, { stdio: ['ignore', 'ignore', 'pipe'] });
  let complaint = '';
  child.stderr.on('data', (chunk) => {
    complaint += chunk;
  });
  let interrupted = false;
  const forward = () => {
    interrupted = true;
    child.kill();
  };
  process.once('SIGINT', forward).once('SIGTERM', forward);
  const timer = setTimeout(() => child.kill(), 20 * 60_000);
  const [status, signal] = await new Promise((resolve, reject) => {
    child.on('error', (error) => reject(new Problem(`qemu-system-x86_64: ${error.message}`)));
    child.on('close', (...ended) => resolve(ended));
  });
  clearTimeout(timer);
  stop();
  if (interrupted) throw new Problem('interrupted; nothing was stored');
  if (status !== 0) throw new Problem(`the guest did not end by itself (${signal ?? status})\n${complaint}`);
  return {
    console: readFileSync(console, 'utf8'),
    recorded: readFileSync(out),
    vocabulary: readFileSync(vocabulary, 'utf8'),
  };
}

/** What the recorder said on the console it wrote, against what arrived. */
function check(console, recorded) {
  const fail = (why) => {
    const end = console.split('\n').slice(-30).join('\n');
    return new Problem(`the recording is not complete: ${why}\nThe end of the guest's console:\n${end}`);
  };
  const said = /recorder: (\d+) records((?:, \w+ \d+)*), lost (\d+)/.exec(console);
  if (!said) throw fail('the recorder did not come to its end');
  if (!/recorder: ended with status 0\b/.test(console) || said[3] !== '0') throw fail('the recorder reports a loss');
  const lines = recorded.toString('latin1').split('\n');
  if (lines.pop() !== '') throw fail('the last line has no end');
  if (lines.length !== Number(said[1])) throw fail(`${said[1]} records were made and ${lines.length} arrived`);
  const counts = {};
  let kernel;
  for (const [i, line] of lines.entries()) {
    let record;
    try {
      record = JSON.parse(line);
    } catch {
      throw fail(`line ${i + 1} is damaged`);
    }
    kernel ??= record.kernel;
    counts[record.family] = (counts[record.family] ?? 0) + 1;
  }
  for (const [, family, count] of said[2].matchAll(/, (\w+) (\d+)/g)) {
    if ((counts[family] ?? 0) !== Number(count)) throw fail(`${count} cases of ${family} were made, not all arrived`);
  }
  return { kernel, records: lines.length, families: counts };
}

/** The kernel's own names and numbers, as scripts/vocabulary.mjs takes them. Says whether they are news. */
function noteVocabulary(release, packageFile, text) {
  const file = join(root, 'vocabulary', `${release}.json`);
  const [name, version, architecture] = packageFile.replace(/\.deb$/, '').split('_');
  const { kernel: _, ...words } = JSON.parse(text);
  const source = `BTF of Debian's ${name} ${version} (${architecture})`;
  const noted = `${JSON.stringify({ source, ...words }, null, 2)}\n`;
  const before = existsSync(file) ? readFileSync(file, 'utf8') : undefined;
  if (noted === before) return;
  writeFileSync(file, noted);
  const what = before === undefined ? 'new' : 'not what it was';
  say(`vocabulary/${release}.json is ${what}: npm run vocabulary takes it into the model`);
}

/** gzip with nothing in it that depends on when, where or by what it was made. */
function compress(bytes) {
  const packed = gzipSync(bytes, { level: 9 });
  packed[9] = 255;
  return packed;
}

/** How the stored recordings were made; kept beside them. */
function note(out, entry) {
  const file = join(dirname(out), 'index.json');
  const all = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  all[basename(out)] = entry;
  const sorted = Object.fromEntries(Object.entries(all).sort(([a], [b]) => compareVersions(a, b)));
  writeFileSync(file, `${JSON.stringify(sorted, null, 2)}\n`);
}

function sha256(bytes) {
  return createHash('sha256').update(bytes).digest('hex');
}

async function main() {
  const { release, seed, cases, kvm, out } = options();
  requireTools();
  const target = out ?? join(root, 'recordings', `linux-${release}.ndjson.gz`);
  mkdirSync(dirname(target), { recursive: true });
  const { image, packageFile } = fetchKernel(release);
  const work = join(cache, release, `run-${process.pid}`);
  mkdirSync(work);
  try {
    const init = join(work, 'init');
    buildRecorder(init);
    const ramdisk = join(work, 'initramfs');
    writeFileSync(ramdisk, initramfs(init));
    say(`booting ${packageFile} (${kvm ? 'KVM' : 'plain emulation'})`);
    const started = Date.now();
    const cpu = cpuFor(release);
    const { console, recorded, vocabulary } = await boot({ image, ramdisk, cpu, kvm, seed, cases, work });
    const seconds = (Date.now() - started) / 1000;
    const found = check(console, recorded);
    if (out === undefined) noteVocabulary(release, packageFile, vocabulary);
    const packed = compress(recorded);
    writeFileSync(target, packed);
    const qemu = /version (\S+)/.exec(run('qemu-system-x86_64', ['--version']).toString())?.[1];
    note(target, {
      kernel: found.kernel,
      package: packageFile,
      seed: Number(seed),
      cases: Number(cases),
      machine: kvm ? 'KVM' : `QEMU ${qemu}, -cpu ${cpu}`,
      records: found.records,
      families: found.families,
      sha256: sha256(recorded),
    });
    const families = Object.entries(found.families).map(([family, count]) => `${family} ${count.toLocaleString('en')}`);
    process.stdout.write(
      `${found.kernel}: ${found.records.toLocaleString('en')} cases in ${seconds.toFixed(1)} s (${families.join(', ')})\n` +
        `${recorded.length.toLocaleString('en')} bytes, sha256 ${sha256(recorded)}\n` +
        `${target}: ${packed.length.toLocaleString('en')} bytes\n`,
    );
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

try {
  await main();
} catch (error) {
  if (!(error instanceof Problem) && error.code !== 'ERR_PARSE_ARGS_UNKNOWN_OPTION') throw error;
  process.stderr.write(`record: ${error.message}\n`);
  process.exitCode = 1;
}
