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
import { MASK_NAMES } from '../../dist/kernel/masks.js';
import { profileNamed } from '../../dist/kernel/profile.js';
import { delegationScenario } from '../../dist/scenario/delegation_scenario.js';
import { debianRoot } from './debian_root.mjs';
import { bootUnits, buildProbe } from './systemd_guest.mjs';
import { PACKAGES } from './systemd_packages.mjs';
import { tokenUnits } from './token_units.mjs';

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
    Object.assign(found.get(name), { answer, ...fields });
  }
  return found;
}

/** What the reader says of a unit. */
function expectedOf({ name, text }) {
  const { delegations, files } = readDelegations({ file: name, text }, { format: 'systemd-unit', profile });
  const [delegation] = delegations;
  if (!delegation) return undefined;
  const { resolved } = resolveDelegation(delegation, {});
  const codes = files.flatMap(({ warnings }) => warnings.map(({ code }) => code));
  const { noToken } = delegationScenario(profile, resolved);
  return { ...resolved, noToken, isRefused: delegation.unusable, codes };
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
  if (expected.isRefused !== undefined) {
    if (found.answer === 'bpf:token') wrong.push(`a token, read "${expected.isRefused}"`);
    if (/refuse|fails/.test(expected.isRefused) !== (found.answer === undefined))
      wrong.push(`answer ${found.answer}, read "${expected.isRefused}"`);
  } else {
    const errno = expected.noToken === undefined ? 'token' : /E[A-Z]{3,}/.exec(expected.noToken)?.[0];
    const isTold = expected.codes.some((code) => code === 'bpffs-is-hidden' || code === 'bpf-is-filtered');
    // What hides the bpffs or filters the call is told, not reckoned.
    if (isTold) {
      if (found.answer === 'bpf:token') wrong.push(`a token, with a warning ${expected.codes}`);
    } else {
      expect('answer', found.answer, `bpf:${errno}`);
      if (found.answer !== undefined) {
        expect('uid', found.uid, String(expected.process.uid));
        expect('caps', found.caps, expected.process.caps.toString(16).padStart(16, '0'));
        expect('userns', found.userns, expected.process.userns);
        if (found.answer === 'bpf:token') {
          const bits = bitsOfMasks(expected.masks);
          expect('masks', found.info, MASK_NAMES.map((mask) => bits[mask].toString(16)).join(','));
        }
      }
    }
  }
  return wrong.map((one) => `${unit.name}: ${one} ${words}`);
}
