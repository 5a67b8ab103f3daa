// Compares what units get with systemd itself: npm run referee:tokens -- [--units N] [--seed N] [--kernel 7.3]
//
// Starts systemd of Debian forky as the first process of a Debian kernel in QEMU, with units whose process makes a token and prints who
// it is, and compares that with what the reader says: token or errno, user, capabilities, user namespace, and what is delegated. Needs
// root, Debian and its apt, gcc, and QEMU (the package qemu-system-x86).

import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { bitsOfMasks } from '../../dist/dialects/delegation.js';
import { readDelegations } from '../../dist/dialects/read_delegations.js';
import { resolveDelegation } from '../../dist/dialects/resolve_delegation.js';
import { DYNAMIC_UIDS } from '../../dist/dialects/systemd/unit_process.js';
import { MASK_NAMES } from '../../dist/kernel/masks.js';
import { profileNamed } from '../../dist/kernel/profile.js';
import { delegationScenario } from '../../dist/scenario/delegation_scenario.js';
import { debianRoot } from './debian_root.mjs';
import { bootUnits, buildProbe } from './systemd_guest.mjs';
import { PACKAGES } from './systemd_packages.mjs';
import { tokenUnits } from './token_units.mjs';

/** CAP_SETUID is not compared: systemd takes it from a root that User= names, where a filter of system calls is set up. */
const COMPARED = ~(1n << 7n);

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const { values } = parseArgs({
  options: {
    units: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    kernel: { type: 'string', default: '7.3' },
  },
});
const work = join(ROOT, 'build/referee');
const root = debianRoot('forky', PACKAGES, join(work, 'forky'));
const probe = join(work, 'token_probe');
mkdirSync(work, { recursive: true });
buildProbe(join(ROOT, 'scripts/referee/token_probe.c'), probe);
const units = tokenUnits(Number(values.seed), Number(values.units));
const {
  printed,
  shown,
  console: log,
} = await bootUnits({
  release: values.kernel,
  root,
  probe,
  work: join(work, 'guest'),
  units,
  shown: units,
  properties: 'Id,LoadState,Result,ExecMainStatus',
});
const release = /systemd 26\S+/.exec(log)?.[0] ?? 'systemd of forky';
const profile = profileNamed(`linux-${values.kernel}`);
const outcomes = outcomesOf(printed, shown);
const problems = units.flatMap((unit) => compare(unit, outcomes.get(unit.name)));
for (const problem of problems) console.log(problem);
const tokens = [...outcomes.values()].filter(({ answer }) => answer === 'bpf:token').length;
console.log(
  `${units.length} units, ${tokens} tokens, ${problems.length} disagreements with ${release} on ${values.kernel}`,
);
process.exitCode = problems.length === 0 ? 0 : 1;

/** What became of each unit: what its process printed, and what systemd says where there is no process. */
function outcomesOf(printed, shown) {
  const found = new Map();
  for (const block of shown.split(/\n+(?=Id=)/)) {
    const fields = Object.fromEntries(block.split('\n').map((line) => line.split('=', 2)));
    found.set(fields.Id, { loadState: fields.LoadState, result: fields.Result, status: fields.ExecMainStatus });
  }
  for (const line of printed.split('\n')) {
    const [name, answer, ...rest] = line.split(' ');
    if (!found.has(name)) continue;
    const fields = Object.fromEntries(
      rest.map((word) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]),
    );
    // Of several commands, the first.
    if (found.get(name).answer === undefined) Object.assign(found.get(name), { answer, ...fields });
  }
  return found;
}

/** What the reader says of a unit: `answer` is undefined where there is no process, or none that is asked. */
function expectedOf({ name, text }) {
  const { delegations } = readDelegations({ file: name, text }, { format: 'systemd-unit', profile });
  const [delegation] = delegations;
  if (!delegation) return undefined;
  const { resolved } = resolveDelegation(delegation, {});
  const { unusable, masks, process } = delegation;
  if (unusable !== undefined) {
    const starts = !/^systemd refuses the unit|^the unit fails|mounts of the unit fail/.test(unusable);
    return { unusable, starts, isFiltered: unusable.startsWith('SystemCallFilter') };
  }
  // Of a bpffs that delegates nothing, the kernel looks at that last: what it says before is that of one that delegates something.
  const isEmpty = MASK_NAMES.every((mask) => masks[mask].bits === 0n);
  const cmds = { ...masks.cmds, bits: 1n };
  const asked = isEmpty ? { ...resolved, masks: { ...masks, cmds }, unusable: undefined } : resolved;
  const { noToken } = delegationScenario(profile, asked);
  const errno = noToken === undefined ? undefined : /\bE[A-Z]{3,}\b/.exec(noToken)?.[0];
  return { process, masks: bitsOfMasks(masks), answer: errno ?? (isEmpty ? 'ENOENT' : 'token') };
}

function compare(unit, found) {
  const expected = expectedOf(unit);
  const words = JSON.stringify({ ...found, text: unit.text.split('\n').slice(3).filter(Boolean) });
  if (!found) return [`${unit.name}: systemd does not show it ${words}`];
  if (!expected) return [`${unit.name}: the reader finds no delegation ${words}`];
  const wrong = [];
  const expect = (what, theirs, ours) => {
    if (theirs !== ours) wrong.push(`${what}: systemd ${theirs}, read ${ours}`);
  };
  if (expected.unusable !== undefined) {
    if (found.answer === 'bpf:token') wrong.push(`a token, read "${expected.unusable}"`);
    else if (!expected.isFiltered && expected.starts !== (found.answer !== undefined)) {
      wrong.push(`answer ${found.answer}, read "${expected.unusable}"`);
    }
    const told = /\((E[A-Z]+)/.exec(expected.unusable)?.[1];
    if (expected.starts && told && !expected.unusable.includes(found.answer?.split(':')[1])) {
      wrong.push(`answer ${found.answer}, read "${expected.unusable}"`);
    }
    return wrong.map((one) => `${unit.name}: ${one} ${words}`);
  }
  expect('answer', found.answer, `bpf:${expected.answer}`);
  if (found.answer !== undefined) {
    const { uid, caps, userns } = expected.process;
    // A name that a user of the system has stands for that user, which a unit does not say.
    const isKnown = /^User=user$/m.test(unit.text);
    const isInRange = found.uid >= DYNAMIC_UIDS[0] && found.uid <= DYNAMIC_UIDS[1];
    const isDynamic = uid === DYNAMIC_UIDS[0] && (isInRange || isKnown);
    if (!isDynamic) expect('uid', found.uid, String(uid));
    expect('caps', (BigInt(`0x${found.caps}`) & COMPARED).toString(16), (caps & COMPARED).toString(16));
    expect('userns', found.userns, userns);
    const masks = MASK_NAMES.map((mask) => expected.masks[mask].toString(16)).join(',');
    if (found.answer === 'bpf:token') expect('masks', found.info, masks);
  }
  return wrong.map((one) => `${unit.name}: ${one} ${words}`);
}
