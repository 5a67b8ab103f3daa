// Compares the models of loaders with the loaders: npm run referee:loaders -- [--seed N] [--subsets N] [--libbpf 1.6=FOLDER]
//
// Loads small objects with each release of libbpf that Debian has, and with cilium/ebpf, in a user namespace with a bpffs that delegates to it, under many
// delegations, traced by strace; and compares every call with the model of that release, on the model of this kernel: command, types,
// flags, token and errno. Needs root, Linux 6.9 or later, Debian and its apt, gcc, clang and llvm. --libbpf names a folder with a
// libbpf.so.1 of a release that Debian does not have. --record FILE writes what was seen, for the test that replays it.

import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { release } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { hostProfile } from '../../dist/host/facts/host_profile.js';
import { leastDelegation } from '../../dist/programs/least/least_delegation.js';
import { callText } from '../../dist/programs/loaders/call_text.js';
import { loadDelegated } from '../../dist/programs/loaders/delegated_load.js';
import { kernelMemberIndexes } from '../../dist/programs/loaders/struct_ops_member.js';
import { readBpfObject } from '../../dist/programs/read_object.js';
import { aroundLeast, delegationsFor, EVERYTHING, optionsOf, usedBits } from './loaders/delegations.mjs';
import { compileObjects, prepareLibraries, traceLoad } from './loaders/libraries.mjs';
import { ordersOf } from './loaders/orders.mjs';
import { callsOfTrace } from './loaders/trace_calls.mjs';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    subsets: { type: 'string', default: '20' },
    libbpf: { type: 'string', multiple: true, default: [] },
    object: { type: 'string', multiple: true },
    loader: { type: 'string', multiple: true },
    record: { type: 'string' },
  },
});
const ALL = { masks: EVERYTHING, capabilities: (1n << 41n) - 1n };
const SHOWN_DISAGREEMENTS = 20;

const work = join(ROOT, 'build/referee/loaders');
const sources = join(ROOT, 'test/programs/loaders/objects');
const built = Object.fromEntries(values.libbpf.map((one) => one.split('=', 2)));
const tools = prepareLibraries(work, join(ROOT, 'scripts/referee/loaders'), built);
const names = values.object ?? readdirSync(sources).flatMap((name) => (name.endsWith('.c') ? [name.slice(0, -2)] : []));
mkdirSync(join(work, 'objects'), { recursive: true });
const objects = compileObjects(sources, names, tools.headers, join(work, 'objects'));
const kernel = {
  profile: hostProfile(release()).profile,
  unprivilegedBpfDisabled: Number(readFileSync('/proc/sys/kernel/unprivileged_bpf_disabled', 'utf8')),
  hasMitigations: !/Vulnerable/.test(readFileSync('/sys/devices/system/cpu/vulnerabilities/spectre_v1', 'utf8')),
  memberIndexOf: kernelMemberIndexes(readFileSync('/sys/kernel/btf/vmlinux'), 'little'),
};

const counts = { least: 0, loads: 0, loaded: 0, calls: 0, disagreements: 0 };
const records = [];
for (const [name, path] of objects) {
  const object = readBpfObject(new Uint8Array(readFileSync(path)));
  for (const [loader, command] of Object.entries(tools.commands)) {
    if (values.loader && !values.loader.includes(loader)) continue;
    const used = usedBits(loadDelegated(loader, object, kernel, ALL), kernel.profile);
    const least = leastDelegation(loader, [object], kernel);
    counts.least += least ? 1 : 0;
    const others = delegationsFor(used, Number(values.seed), Number(values.subsets));
    for (const delegation of [...(least ? aroundLeast(least) : []), ...others]) {
      compare({ name, path, object, loader, command, delegation });
    }
  }
}
if (values.record) {
  for (const [name, path] of objects) copyFileSync(path, join(sources, `${name}.o`));
  writeFileSync(
    values.record,
    gzipSync(`${records.map((record) => JSON.stringify(record)).join('\n')}\n`, { level: 9 }),
  );
}
console.log(
  `${counts.loads} loads of ${objects.size} objects with ${Object.keys(tools.commands).length} loaders on ${release()}, ` +
    `${counts.loaded} succeeded; ${counts.calls} calls compared, ${counts.disagreements} loads disagree; ${counts.least} least delegations, without each bit and capability`,
);
process.exitCode = counts.disagreements === 0 ? 0 : 1;

function compare({ name, path, object, loader, command, delegation }) {
  const { capabilities, masks } = delegation;
  const options = optionsOf(masks);
  const out = join(work, 'trace');
  const isLoaded = traceLoad(tools, command, { capabilities, options }, path, out);
  if (isLoaded === undefined) return;
  const seen = callsOfTrace(readFileSync(out, 'utf8'));
  counts.loads += 1;
  counts.loaded += isLoaded ? 1 : 0;
  counts.calls += seen.length;
  // The order of libbpf is that of the object.
  const orders = loader.startsWith('cilium') ? ordersOf(object) : [object];
  let firstOrder;
  for (const ordered of orders) {
    const load = loadDelegated(loader, ordered, kernel, delegation);
    const modelled = load.steps.filter(({ call }) => call.cmd !== 'open').map(callText);
    const at = differenceAt(seen, modelled);
    firstOrder ??= { load, modelled, at };
    if (at !== undefined || isLoaded === Boolean(load.failure)) continue;
    if (delegation.mustLoad !== undefined && delegation.mustLoad !== isLoaded) break;
    const order = [...ordered.maps, ...ordered.programs].map((one) => one.name);
    records.push({
      object: name,
      loader,
      order,
      options,
      capabilities: capabilities.toString(16),
      isLoaded,
      calls: seen,
    });
    return;
  }
  counts.disagreements += 1;
  if (counts.disagreements > SHOWN_DISAGREEMENTS) return;
  const { load, modelled, at } = firstOrder;
  const end = (failed) => (failed ? 'fails' : 'loads');
  console.log(
    `${name} ${loader} ${options} ${capabilities.toString(16)}: ${end(!isLoaded)}, the model ${end(load.failure)}`,
  );
  console.log(
    `  call ${at + 1}: ${seen[at] ?? '(none)'}, the model: ${modelled[at] ?? '(none)'}; before: ${seen[at - 1] ?? ''}`,
  );
}

/** The index of the first call that differs; undefined where none does. */
function differenceAt(seen, modelled) {
  const at = seen.findIndex((call, i) => call !== modelled[i]);
  if (at >= 0) return at;
  return modelled.length > seen.length ? seen.length : undefined;
}
