import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { log, run } from './commands.mjs';
import { RecordingFailed } from './errors.mjs';
import { cache } from './paths.mjs';
import { compareVersions, releaseOf } from './versions.mjs';

const SUITES = ['bookworm-backports', 'trixie', 'trixie-backports', 'sid'];
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** The Debian archive this machine already uses. */
function archive() {
  const targets = run('apt-get', ['indextargets', '--format', '$(REPO_URI)']).toString().split('\n');
  const found = targets.find((uri) => /\/debian\/?$/.test(uri));
  if (!found) throw new RecordingFailed("apt's configuration names no Debian archive (apt-get indextargets)");
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
    throw new RecordingFailed(
      `Debian (${SUITES.join(', ')}) has no kernel ${release} at present; it has ${there.join(', ')}`,
    );
  }
  return newest[0];
}

/** The kernel's image, unpacked once. */
export function fetchKernel(release) {
  const folder = join(cache, release);
  const image = join(folder, 'vmlinuz');
  const packageFile = join(folder, 'package');
  if (!existsSync(image)) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const apt = aptOptions();
    log('fetching the list of Debian packages');
    run('apt-get', [...apt, 'update']);
    const name = findPackage(apt, release);
    log(`fetching ${name}`);
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
