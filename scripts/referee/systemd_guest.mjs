import { spawn } from 'node:child_process';
import { lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fetchKernel } from '../record/debian_kernel.mjs';
import { cpuFor } from '../record/guest.mjs';
import { newcArchive } from '../record/newc.mjs';
import { run } from './debian_root.mjs';

/** A guest that runs longer is ended. */
const TIMEOUT_MS = 15 * 60_000;
/** Units of the guest's own, beside which the units of a comparison stand. */
const TARGET = 'referee.target';
const PRINT = 'referee-print.service';
const FINISH = 'referee-finish.service';
/** Uids that have a name. */
const USERS = [1, 7, 1234, 60000, 70000];
/** Folders of Debian's packages that systemd needs to start units. */
const NEEDED = ['usr/bin', 'usr/sbin', 'usr/lib', 'usr/lib64', 'etc', 'bin', 'lib', 'lib64', 'sbin'];
const NOT_NEEDED = /^usr\/lib\/(?:systemd\/(?:system|user|catalog|.*-generators)|udev|sysusers\.d|tmpfiles\.d)(?:\/|$)/;

/** All entries of a folder of the host, as entries of an archive. */
function addFolder(archive, root, name) {
  if (NOT_NEEDED.test(name)) return;
  const path = join(root, name);
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (!stat) return;
  if (stat.isSymbolicLink()) archive.add(name, 0o120777, { content: Buffer.from(readlinkSync(path)) });
  else if (stat.isFile()) archive.add(name, 0o100000 | (stat.mode & 0o7777), { content: readFileSync(path) });
  else if (stat.isDirectory()) {
    archive.add(name, 0o40755);
    for (const child of readdirSync(path).sort()) addFolder(archive, root, `${name}/${child}`);
  }
}

function unitFiles(units, shown, properties) {
  const started = units.filter(({ isStarted }) => isStarted).map(({ name }) => name);
  const names = shown.map(({ name }) => name);
  const files = new Map();
  for (const { name, text, dropIns } of new Set([...units, ...shown])) {
    files.set(name, text);
    for (const dropIn of dropIns ?? []) files.set(`${name}.d/${dropIn.name}`, dropIn.text);
  }
  files.set(TARGET, `[Unit]\nDefaultDependencies=no\nAllowIsolate=yes\nWants=${FINISH}\n`);
  // A line of a unit is at most 1 MiB long; each list has its own lines.
  const after = started.map((name) => `After=${name}\nWants=${name}\n`).join('');
  const show = (list, to) =>
    Array.from({ length: Math.ceil(list.length / 100) }, (_, i) => list.slice(100 * i, 100 * i + 100))
      .map((some) => `ExecStart=/usr/bin/systemctl show -p ${properties} ${some.join(' ')}\n`)
      .join('') + (list.length === 0 ? '' : `StandardOutput=file:${to}\n`);
  const own = '[Unit]\nDefaultDependencies=no\n';
  const service = '[Service]\nType=oneshot\nTimeoutStartSec=infinity\n';
  const output = 'StandardInput=file:/run/printed\nStandardOutput=file:/dev/ttyS1\n';
  files.set(PRINT, `${own}${after}${service}${output}ExecStart=/probe --copy\n`);
  files.set(
    FINISH,
    `${own}${after}After=${PRINT}\nWants=${PRINT}\n${service}${show(names, '/dev/ttyS2')}ExecStart=/usr/bin/systemctl reboot --force --force\n`,
  );
  // Units wait for nothing.
  files.set('service.d/zz-referee.conf', '[Unit]\nDefaultDependencies=no\n');
  return files;
}

/**
 * Starts systemd as the first process of a Debian kernel with a folder of units, in QEMU. `units` are objects {name, text, dropIns,
 * isStarted}: those that are started print what they like to
 * /run/printed. Resolves with what they printed, and `systemctl show` of the
 * units `shown`.
 */
export async function bootUnits({ release, root, probe, work, units, shown, properties }) {
  const { image, packageFile } = fetchKernel(release);
  mkdirSync(work, { recursive: true });
  const archive = newcArchive();
  for (const name of ['usr', 'dev', 'proc', 'sys', 'run', 'tmp', 'root', 'var', 'srv', 'mnt'])
    archive.add(name, 0o40755);
  for (const name of NEEDED) addFolder(archive, root, name);
  archive.add('dev/console', 0o20600, { major: 5, minor: 1 });
  // Users that units name, besides those of the folder.
  const users = [
    'root:x:0:0::/root:/',
    'nobody:x:65534:65534::/:/',
    'user:x:1000:1000::/:/',
    ...USERS.map((uid) => `u${uid}:x:${uid}:${uid}::/:/`),
  ];
  archive.add('etc/passwd', 0o100644, { content: Buffer.from(`${users.join('\n')}\n`) });
  archive.add('init', 0o120777, { content: Buffer.from('usr/lib/systemd/systemd') });
  archive.add('probe', 0o100755, { content: readFileSync(probe) });
  archive.add('usr/lib/systemd/system', 0o40755);
  const folders = new Set();
  for (const [name, text] of unitFiles(units, shown, properties)) {
    const folder = name.includes('/') ? name.slice(0, name.indexOf('/')) : undefined;
    if (folder && !folders.has(folder)) archive.add(`usr/lib/systemd/system/${folder}`, 0o40755);
    folders.add(folder);
    archive.add(`usr/lib/systemd/system/${name}`, 0o100644, { content: Buffer.from(text) });
  }
  const ramdisk = join(work, 'initramfs');
  writeFileSync(ramdisk, archive.finish());
  const serial = (name) => ['-serial', `file:${join(work, name)}`];
  const append = `console=ttyS0 panic=-1 quiet systemd.unit=${TARGET} systemd.log_target=console systemd.log_level=notice systemd.show_status=no systemd.default_timeout_start_sec=300`;
  for (const name of ['console', 'printed', 'shown']) rmSync(join(work, name), { force: true });
  const command = [
    ['-accel', 'tcg', '-cpu', cpuFor(release), '-m', '2048', '-smp', '2', '-nodefaults', '-no-user-config'],
    ['-display', 'none', '-no-reboot', '-kernel', image, '-initrd', ramdisk, '-append', append],
    serial('console'),
    serial('printed'),
    serial('shown'),
  ].flat();
  const child = spawn('qemu-system-x86_64', command, { stdio: ['ignore', 'ignore', 'inherit'] });
  const timer = setTimeout(() => child.kill(), TIMEOUT_MS);
  const [status, signal] = await new Promise((resolve, reject) => {
    child.on('error', (error) =>
      reject(new Error(`qemu-system-x86_64: ${error.message}: it comes with the Debian package qemu-system-x86`)),
    );
    child.on('close', (...ended) => resolve(ended));
  });
  clearTimeout(timer);
  const text = (name) => readFileSync(join(work, name), 'utf8').replaceAll('\r\n', '\n');
  if (status !== 0)
    throw new Error(`the guest did not end by itself (${signal ?? status}): see ${join(work, 'console')}`);
  return { packageFile, console: text('console'), printed: text('printed'), shown: text('shown') };
}

/** Compiles the program that makes a token. */
export function buildProbe(source, target) {
  run('gcc', ['-O2', '-static', '-o', target, source]);
}
