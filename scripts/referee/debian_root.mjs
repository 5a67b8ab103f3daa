import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';
const log = (text) => process.stderr.write(`referee: ${text}\n`);

/** Runs a command to its end and returns what it printed. Throws an Error that says what failed. */
export function run(command, args, options = {}) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { maxBuffer: 1 << 30, ...options });
  if (error) throw new Error(`${command}: ${error.message}`);
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed: ${stderr.toString().trim().slice(-500)}`);
  return stdout;
}

/** The Debian archive that this machine's apt uses. */
function archive() {
  const targets = run('apt-get', ['indextargets', '--format', '$(REPO_URI)']).toString().split('\n');
  const found = targets.find((uri) => /\/debian\/?$/.test(uri));
  if (!found) throw new Error("apt's configuration names no Debian archive (apt-get indextargets)");
  return found;
}

/** Options that keep apt's lists and packages of a suite apart from the machine's. */
function aptOptions(suite, folder) {
  for (const name of ['lists/partial', 'archives/partial', 'sources'])
    mkdirSync(join(folder, name), { recursive: true });
  const signed = existsSync(KEYRING) ? [`Signed-By: ${KEYRING}`] : [];
  const source = [
    'Types: deb',
    `URIs: ${archive()}`,
    `Suites: ${suite}`,
    'Components: main',
    'Architectures: amd64',
    ...signed,
  ];
  writeFileSync(join(folder, 'sources/debian.sources'), `${source.join('\n')}\n`);
  const settings = {
    'Dir::Etc::SourceList': '/dev/null',
    'Dir::Etc::SourceParts': join(folder, 'sources'),
    'Dir::State::Lists': join(folder, 'lists'),
    'Dir::Cache': folder,
    'Acquire::Languages': 'none',
    'APT::Sandbox::User': 'root',
  };
  return Object.entries(settings).flatMap(([key, value]) => ['-o', `${key}=${value}`]);
}

/**
 * A folder with packages of a Debian suite unpacked, none of them configured: enough to start their programs in a chroot. Made once.
 */
export function debianRoot(suite, packages, root) {
  const done = join(root, '.packages');
  const wanted = packages.join(' ');
  if (existsSync(done) && run('cat', [done]).toString() === wanted) return root;
  const apt = aptOptions(suite, `${root}.apt`);
  log(`fetching the list of packages of Debian ${suite}`);
  run('apt-get', [...apt, 'update']);
  const downloads = `${root}.apt/downloads`;
  mkdirSync(downloads, { recursive: true });
  log(`fetching ${packages.length} packages`);
  run('apt-get', [...apt, 'download', ...packages], { cwd: downloads });
  mkdirSync(root, { recursive: true });
  for (const deb of readdirSync(downloads)) run('dpkg-deb', ['-x', join(downloads, deb), root]);
  for (const name of ['bin', 'lib', 'lib64', 'sbin']) {
    mkdirSync(join(root, 'usr', name), { recursive: true });
    if (!existsSync(join(root, name))) symlinkSync(`usr/${name}`, join(root, name));
  }
  for (const name of ['proc', 'sys/fs/cgroup', 'run', 'tmp', 'etc', 'root', 'dev', 'var'])
    mkdirSync(join(root, name), { recursive: true });
  run('chmod', ['1777', join(root, 'tmp')]);
  writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0::/root:/bin/sh\nuser:x:1000:1000::/tmp:/bin/sh\n');
  writeFileSync(join(root, 'etc/group'), 'root:x:0:\nuser:x:1000:\n');
  writeFileSync(join(root, 'etc/machine-id'), '0123456789abcdef0123456789abcdef\n');
  writeFileSync(done, wanted);
  return root;
}
