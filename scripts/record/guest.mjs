import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { Interrupted, RecordingFailed } from './errors.mjs';
import { compareVersions } from './versions.mjs';

const onTerminal = process.stderr.isTTY === true;
/** A guest that runs longer is ended. */
const TIMEOUT_MS = 20 * 60_000;

/**
 * The emulated processor for a release. QEMU 7.2 computes cmpxchg16b wrongly, which crashes kernels before 6.19; newer
 * kernels need the instruction for arena maps.
 */
export function cpuFor(release) {
  return compareVersions(release, '6.19') < 0 ? 'max,-cx16' : 'max';
}

/** Shows the number of lines of a growing file on a terminal, until the function it returns is called. */
function showProgress(file, expected) {
  if (!onTerminal) return () => {};
  const buffer = Buffer.alloc(1 << 20);
  let fd;
  let lines = 0;
  const update = () => {
    if (fd === undefined && existsSync(file)) fd = openSync(file);
    if (fd === undefined) return;
    for (let got = 1; got > 0; ) {
      got = readSync(fd, buffer, 0, buffer.length, null);
      for (let at = buffer.indexOf(10); at >= 0 && at < got; at = buffer.indexOf(10, at + 1)) lines += 1;
    }
    process.stderr.write(`\rrecord: ${lines.toLocaleString('en')}${expected}`);
  };
  const timer = setInterval(update, 500);
  return () => {
    clearInterval(timer);
    process.stderr.write('\r\x1b[K');
    if (fd !== undefined) closeSync(fd);
  };
}

/**
 * Boots the guest, with `options` on the kernel's command line besides those that all have; resolves with its console,
 * the recording and the vocabulary once it powered off. `lsm` names the security modules, in order; `expected` says how much there will be, for the progress.
 */
export async function boot({ image, ramdisk, cpu, kvm, lsm, options, expected, work }) {
  const console = join(work, 'console');
  const out = join(work, 'out');
  const vocabulary = join(work, 'vocabulary');
  const command = [
    ['-accel', kvm ? 'kvm' : 'tcg'],
    ['-cpu', kvm ? 'host' : cpu],
    ['-m', '1024', '-smp', '1', '-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot'],
    ['-kernel', image, '-initrd', ramdisk],
    ['-append', `console=ttyS0 quiet panic=-1 lsm=${lsm} ${options.join(' ')}`],
    ['-serial', `file:${console}`, '-serial', `file:${out}`, '-serial', `file:${vocabulary}`],
  ].flat();
  const stop = showProgress(out, expected);
  const child = spawn('qemu-system-x86_64', command, { stdio: ['ignore', 'ignore', 'pipe'] });
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  let interrupted = false;
  const forward = () => {
    interrupted = true;
    child.kill();
  };
  process.once('SIGINT', forward).once('SIGTERM', forward);
  const timer = setTimeout(() => child.kill(), TIMEOUT_MS);
  const [status, signal] = await new Promise((resolve, reject) => {
    child.on('error', (error) => reject(new RecordingFailed(`qemu-system-x86_64: ${error.message}`)));
    child.on('close', (...ended) => resolve(ended));
  });
  clearTimeout(timer);
  stop();
  if (interrupted) throw new Interrupted('interrupted; nothing was stored');
  if (status !== 0) throw new RecordingFailed(`the guest did not end by itself (${signal ?? status})\n${stderr}`);
  return {
    console: readFileSync(console, 'utf8'),
    recorded: readFileSync(out),
    vocabulary: readFileSync(vocabulary, 'utf8'),
  };
}
