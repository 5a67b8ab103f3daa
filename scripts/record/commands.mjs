import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { RecordingFailed } from './errors.mjs';

/** What each tool comes with, for the error where it is missing. */
const TOOLS = {
  'qemu-system-x86_64': 'the Debian package qemu-system-x86',
  gcc: 'the Debian packages gcc and libc6-dev',
  'apt-get': 'Debian (or a derivative with its apt)',
  'apt-cache': 'Debian (or a derivative with its apt)',
  'dpkg-deb': 'the Debian package dpkg',
  tar: 'the Debian package tar',
};

/** Throws where a tool is missing. */
export function requireTools() {
  const missing = Object.entries(TOOLS).filter(
    ([tool]) => !process.env.PATH.split(':').some((folder) => existsSync(join(folder, tool))),
  );
  if (missing.length > 0) {
    throw new RecordingFailed(missing.map(([tool, from]) => `${tool} is missing: it comes with ${from}`).join('\n'));
  }
}

/** Runs a command to its end; returns what it printed. */
export function run(command, args, { cwd } = {}) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, maxBuffer: 1 << 30 });
  if (error) throw new RecordingFailed(`${command}: ${error.message}`);
  if (status !== 0) throw new RecordingFailed(`${command} ${args.join(' ')} failed:\n${stderr.toString().trim()}`);
  return stdout;
}

export function log(text) {
  process.stderr.write(`record: ${text}\n`);
}
