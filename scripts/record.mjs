// Records the answers of a Debian kernel: npm run record -- --kernel 6.12 [--seed N] [--out FILE] [--cases N] [--kvm]
// Or what it lets programs do: npm run record -- --kernel 6.12 --families helpers,liberties [--mitigations off]
// Or what it answers under policies of SELinux: npm run record -- --kernel 7.3 --families selinux
//
// Fetches the kernel's package with apt (private lists, under build/kernels), boots it in QEMU with the recorder
// (recorder/*.c) as its only process, checks that the recording is complete, and stores it.

import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { checkRecording } from './record/check_recording.mjs';
import { log, requireTools, run } from './record/commands.mjs';
import { fetchKernel } from './record/debian_kernel.mjs';
import { Interrupted, RecordingFailed, UsageError } from './record/errors.mjs';
import { boot, cpuFor } from './record/guest.mjs';
import { buildRecorder, initramfs } from './record/initramfs.mjs';
import { parseOptions, USAGE } from './record/options.mjs';
import { cache, root } from './record/paths.mjs';
import { selinuxPolicies } from './record/selinux_policies.mjs';
import { compress, recordInIndex, sha256, storeVocabulary, writeWhole } from './record/store.mjs';

/** Policies of a recording of family selinux. */
const SELINUX_POLICIES = 24;

/** A recording of cases: its file, the recorder's options, and what index.json says of it. */
function cases({ release, seed, cases: count }) {
  return {
    file: `linux-${release}.ndjson.gz`,
    options: [`recorder.seed=${seed}`, `recorder.cases=${count}`],
    expected: ` of about ${Number(count).toLocaleString('en')} cases`,
    indexed: { seed: Number(seed), cases: Number(count) },
  };
}

/** A recording of calls by processes in domains of SELinux, under random policies. */
function selinux({ release, seed, cases: count }) {
  return {
    file: `selinux-linux-${release}.ndjson.gz`,
    options: ['selinux=1', 'recorder.families=selinux', `recorder.seed=${seed}`, `recorder.cases=${count}`],
    // The bpf module makes inode_storage maps possible.
    lsm: 'selinux,bpf',
    files: { selinux: selinuxPolicies(Number(seed), SELINUX_POLICIES) },
    expected: ` of about ${Number(count).toLocaleString('en')} cases`,
    indexed: { seed: Number(seed), cases: Number(count) },
  };
}

/** The recording that the options ask for. */
function kindOf(options) {
  if (options.families === undefined) return cases(options);
  return options.families === 'selinux' ? selinux(options) : programs(options);
}

/** A recording of what programs may do. */
function programs({ release, families, mitigations }) {
  return {
    file: `programs-linux-${release}${mitigations ? `-mitigations-${mitigations}` : ''}.ndjson.gz`,
    options: [`recorder.families=${families}`, ...(mitigations ? [`mitigations=${mitigations}`] : [])],
    expected: ' records',
    indexed: { mitigations: mitigations ?? 'auto' },
  };
}

/** Makes and stores the recording that the options describe. */
async function record(options) {
  requireTools();
  const { release, kvm, out } = options;
  const kind = kindOf(options);
  const target = out ?? join(root, 'recordings', kind.file);
  mkdirSync(dirname(target), { recursive: true });
  const { image, packageFile } = fetchKernel(release);
  const work = join(cache, release, `run-${process.pid}`);
  mkdirSync(work);
  try {
    const init = join(work, 'init');
    buildRecorder(init);
    const ramdisk = join(work, 'initramfs');
    writeFileSync(ramdisk, initramfs(init, kind.files));
    log(`booting ${packageFile} (${kvm ? 'KVM' : 'emulation'})`);
    const started = Date.now();
    const cpu = cpuFor(release);
    const { options: kernelOptions, expected, lsm = 'bpf' } = kind;
    const guest = { image, ramdisk, cpu, kvm, lsm, options: kernelOptions, expected, work };
    const { console, recorded, vocabulary } = await boot(guest);
    const seconds = (Date.now() - started) / 1000;
    const found = checkRecording(console, recorded);
    for (const [, what] of console.matchAll(/^recorder: (not asked: .*?)\r?$/gm)) log(what);
    if (out === undefined) storeVocabulary(release, packageFile, vocabulary);
    const packed = compress(recorded);
    writeWhole(target, packed);
    const qemu = /version (\S+)/.exec(run('qemu-system-x86_64', ['--version']).toString())?.[1];
    recordInIndex(target, {
      kernel: found.kernel,
      package: packageFile,
      ...kind.indexed,
      machine: kvm ? 'KVM' : `QEMU ${qemu}, -cpu ${cpu}`,
      records: found.records,
      families: found.families,
      sha256: sha256(recorded),
    });
    const families = Object.entries(found.families).map(([family, count]) => `${family} ${count.toLocaleString('en')}`);
    process.stdout.write(
      `${found.kernel}: ${found.records.toLocaleString('en')} records in ${seconds.toFixed(1)} s (${families.join(', ')})\n` +
        `${recorded.length.toLocaleString('en')} bytes, sha256 ${sha256(recorded)}\n` +
        `${target}: ${packed.length.toLocaleString('en')} bytes\n`,
    );
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Exit statuses: 1 for a recording that failed, 2 for wrong arguments, 130 after a signal. */
function statusOf(error) {
  if (error instanceof UsageError) return 2;
  if (error instanceof Interrupted) return 130;
  if (error instanceof RecordingFailed) return 1;
  throw error;
}

try {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) process.stdout.write(`${USAGE}\n`);
  else await record(options);
} catch (error) {
  process.exitCode = statusOf(error);
  log(error.message);
}
