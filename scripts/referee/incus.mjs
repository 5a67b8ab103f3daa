// Compares how keys of Incus are read here with Incus itself: npm run referee:incus -- [--instances N] [--seed N]
//
// Fetches incusd of Debian forky with apt (private lists, under build/referee), lets it mount a bpffs for each of N random instances in
// a user namespace, as it does when a container starts (incusd forkbpf), and compares what is mounted, or refused, with the reader. One
// token is asked for on each mount. Needs root, Debian and its apt, and a kernel that a profile describes.

import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { release } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { stringify } from 'yaml';
import { bitsOfMasks, delegatesAnything } from '../../dist/dialects/delegation.js';
import { readDelegations } from '../../dist/dialects/read_delegations.js';
import { MASK_NAMES } from '../../dist/kernel/masks.js';
import { showOptions } from '../../dist/kernel/mount_options.js';
import { findProfile } from '../../dist/kernel/profile.js';
import { debianRoot } from './debian_root.mjs';
import { randomValues } from './random_values.mjs';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const PACKAGES = (
  'incus-base liblxc1t64 libc6 libacl1 libcap2 libcowsql0 libgcc-s1 libsqlite3-0 libudev1 libapparmor1 libseccomp2 libselinux1 ' +
  'libssl3t64 libpcre2-8-0 libraft0 libdbus-1-3 libsystemd0 libuv1t64 libxxhash0 liblz4-1 libzstd1 libgcrypt20 libgpg-error0 liblzma5'
).split(' ');
/** bpf(BPF_TOKEN_CREATE) on a directory: prints the errno, or 0. */
const TOKEN = `
  use Fcntl; sysopen(my $d, $ARGV[0], O_RDONLY | 0x10000) or die "$ARGV[0]: $!\\n";
  my $attr = pack('LLx120', 0, fileno $d); my $fd = syscall(321, 36, $attr, 8); print $fd < 0 ? $! + 0 : 0;`;
const ENOENT = 2;

const { values } = parseArgs({
  options: { instances: { type: 'string', default: '200' }, seed: { type: 'string', default: '1' } },
});
const profile = findProfile(`linux-${/^\d+\.\d+/.exec(release())?.[0]}`);
if (!profile) throw new Error(`no profile describes the kernel that runs here, ${release()}`);
const work = join(ROOT, 'build/referee');
const root = debianRoot('forky', PACKAGES, join(work, 'incus'));
const instances = randomValues(Number(values.seed), Number(values.instances), profile.vocabulary);
const mounts = join(work, 'mounts');
rmSync(mounts, { recursive: true, force: true });
const container = await startContainer();
let started = 0;
try {
  const version = incusVersion();
  const problems = compare();
  for (const problem of problems.slice(0, 20)) console.log(problem);
  console.log(
    `${instances.length} instances, ${started} of them start, ${problems.length} disagreements with Incus ${version}`,
  );
  process.exitCode = problems.length === 0 ? 0 : 1;
} finally {
  container.kill();
}

/** A process in a user namespace and a mount namespace of its own, as the first process of a container is. */
async function startContainer() {
  const child = spawn('unshare', ['-Um', '--propagation', 'private', 'sleep', '3600'], { stdio: 'inherit' });
  const own = readlinkSync('/proc/self/ns/user');
  while (readlinkSync(`/proc/${child.pid}/ns/user`) === own) await setTimeout(5);
  for (const map of ['uid_map', 'gid_map']) writeFileSync(`/proc/${child.pid}/${map}`, '0 100000 65536\n');
  return child;
}

/** Runs incusd in the folder that it was unpacked to. */
function incusd(args) {
  const script = 'mount -t proc proc "$1/proc" && exec chroot "$@"';
  const env = { PATH: process.env.PATH, LXC_PID: String(container.pid) };
  return spawnSync('unshare', ['-m', 'sh', '-c', script, 'sh', root, '/usr/libexec/incus/incusd', ...args], { env });
}

function incusVersion() {
  const { status, stdout, stderr } = incusd(['--version']);
  if (status !== 0) throw new Error(`incusd does not start: ${stderr.toString().trim()}`);
  return stdout.toString().trim();
}

/** What differs, an entry for each difference. */
function compare() {
  const run = instances.map((masks, i) => {
    const path = join(mounts, String(i));
    mkdirSync(path, { recursive: true });
    const { status, stdout, stderr } = incusd(['forkbpf', path, ...MASK_NAMES.map((mask) => masks[mask])]);
    return { masks, path, hasStarted: status === 0, said: `${stdout}${stderr}`.trim() };
  });
  const mounted = mountedOptions();
  started = mounted.size;
  return run.flatMap((one) => differences(one, mounted.get(one.path)));
}

function differences({ masks, path, hasStarted, said }, options) {
  const config = Object.fromEntries(MASK_NAMES.map((mask) => [`security.bpffs.delegate_${mask}`, masks[mask]]));
  const text = stringify({ config: { 'security.bpffs.path': path, ...config } }, { lineWidth: 0 });
  const [delegation] = readDelegations({ file: 'instance', text }, { format: 'incus', profile }).delegations;
  const starts = delegation.unusable === undefined;
  if (starts !== hasStarted)
    return [`starts: Incus ${hasStarted} (${said}), read ${starts} (${delegation.unusable})\n${text}`];
  if (!starts) return [];
  const expected = showOptions(profile, { uid: 0, gid: 0, mode: 0o777, delegate: bitsOfMasks(delegation.masks) });
  const problems = expected === options ? [] : [`mounted ${options}, read ${expected}\n${text}`];
  const errno = token(path);
  const wanted = delegatesAnything(delegation) ? 0 : ENOENT;
  if (errno !== wanted) problems.push(`token: errno ${errno}, expected ${wanted}\n${text}`);
  return problems;
}

/** Options of each bpffs in the container, without `rw`. */
function mountedOptions() {
  const lines = readFileSync(`/proc/${container.pid}/mountinfo`, 'utf8').split('\n');
  const found = lines.flatMap((line) => /^\S+ \S+ \S+ \/ (\S+) .* - bpf \S+ rw,?(\S*)$/.exec(line) ?? []);
  return new Map(Array.from({ length: found.length / 3 }, (_, i) => [found[3 * i + 1], found[3 * i + 2]]));
}

/** What root of the container gets when it asks for a token: an errno, or 0. */
function token(path) {
  const args = ['-U', '-m', '-t', String(container.pid), '--setuid', '0', '--setgid', '0', 'perl', '-e', TOKEN, path];
  const { status, stdout, stderr } = spawnSync('nsenter', args);
  if (status !== 0) throw new Error(`nsenter: ${stderr}`);
  return Number(stdout);
}
