// Compares how units are read here with systemd itself: npm run referee:systemd -- [--units N] [--seed N]
//
// Fetches systemd of Debian forky with apt (private lists, under build/referee), starts `systemd --test` in a chroot, which loads random
// units and prints what it made of them, and compares values and warnings with those of the reader. Needs root, Debian and its apt.

import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { CAPABILITY_NAMES } from '../../dist/abi/capabilities.js';
import { LineAccount } from '../../dist/dialects/line_account.js';
import { readDelegations } from '../../dist/dialects/read_delegations.js';
import { systemdNames } from '../../dist/dialects/systemd/bpf_names.js';
import { settingsOf, startUnit } from '../../dist/dialects/systemd/read_unit.js';
import { boundingSetOf } from '../../dist/dialects/systemd/unit_process.js';
import { NEWEST_PROFILE } from '../../dist/kernel/profile.js';
import { debianRoot } from './debian_root.mjs';
import { randomUnits } from './random_units.mjs';
import { PACKAGES } from './systemd_packages.mjs';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const MASKS = {
  cmds: 'BPFDelegateCommands',
  maps: 'BPFDelegateMaps',
  progs: 'BPFDelegatePrograms',
  attachs: 'BPFDelegateAttachments',
};

const { values } = parseArgs({
  options: { units: { type: 'string', default: '300' }, seed: { type: 'string', default: '1' } },
});
const work = join(ROOT, 'build/referee');
const root = debianRoot('forky', PACKAGES, join(work, 'forky'));
const units = randomUnits(Number(values.seed), Number(values.units));
const printed = runSystemd(units);
const problems = [...compareValues(units, printed), ...compareWarnings(units, printed)];
for (const problem of problems.slice(0, 20)) console.log(problem);
console.log(`${units.length} units, ${problems.length} disagreements with ${/systemd \d\S*/.exec(printed)?.[0]}`);
process.exitCode = problems.length === 0 ? 0 : 1;

/** Loads units with `systemd --test`, and returns what it printed. */
function runSystemd(all) {
  const folder = join(work, 'units');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const { name, text, dropIns } of all) {
    writeFileSync(join(folder, name), text);
    if (dropIns.length > 0) mkdirSync(join(folder, `${name}.d`));
    for (const dropIn of dropIns) writeFileSync(join(folder, `${name}.d`, dropIn.name), dropIn.text);
  }
  writeFileSync(join(folder, 'referee.target'), `[Unit]\nWants=${all.map(({ name }) => name).join(' ')}\n`);
  mkdirSync(join(root, 'etc/systemd/system'), { recursive: true });
  const script = `
    mount -t cgroup2 none "$1/sys/fs/cgroup" && mount -t proc proc "$1/proc" && mount --rbind /dev "$1/dev" &&
    mount --bind "$2" "$1/etc/systemd/system" && mount -t tmpfs none "$1/run" &&
    exec chroot --userspec=1000:1000 "$1" /usr/lib/systemd/systemd --test --system --unit=referee.target`;
  const env = { PATH: process.env.PATH, HOME: '/tmp', SYSTEMD_LOG_TARGET: 'console', SYSTEMD_LOG_COLOR: '0' };
  const result = spawnSync('unshare', ['-m', 'sh', '-c', script, 'sh', root, folder], { env, maxBuffer: 1 << 30 });
  if (result.status !== 0) throw new Error(`systemd --test failed: ${result.stderr.toString().slice(-500)}`);
  return `${result.stdout}${result.stderr}`;
}

/** The lines that systemd printed of a unit. */
function dumpOf(name, text) {
  const start = text.indexOf(`\u2192 Unit ${name}:`);
  if (start === -1) return undefined;
  const end = text.indexOf('\u2192 Unit ', start + 1);
  return text.slice(start, end === -1 ? undefined : end);
}

function shownValue(dump, key) {
  return new RegExp(`^\\s*${key}: ?(.*)$`, 'm').exec(dump)?.[1]?.trim();
}

function sourcesOf({ name, text, dropIns }) {
  const folder = '/etc/systemd/system';
  const sorted = [...dropIns].sort((a, b) => (a.name < b.name ? -1 : 1));
  return [
    { file: `${folder}/${name}`, text },
    ...sorted.map((one) => ({ file: `${folder}/${name}.d/${one.name}`, text: one.text })),
  ];
}

function* compareValues(all, text) {
  for (const unit of all) {
    const contexts = sourcesOf(unit).map((source) => ({
      profile: NEWEST_PROFILE,
      systemd: 262,
      account: new LineAccount(source),
    }));
    const settings = settingsOf(startUnit(unit.name), contexts);
    const dump = dumpOf(unit.name, text);
    const isLoaded = dump !== undefined && /Unit Load State: loaded/.test(dump);
    if (settings === undefined || !isLoaded) {
      if ((settings === undefined) === isLoaded)
        yield `${unit.name}: loaded ${isLoaded}, read ${settings !== undefined}\n${unit.text}`;
      continue;
    }
    const expected = {
      PrivateBPF: settings.privateBpf ? 'yes' : 'no',
      PrivateUsers: settings.privateUsers,
      DynamicUser: settings.dynamicUser ? 'yes' : 'no',
      // A dynamic user without a name gets that of the unit.
      ...(settings.dynamicUser && settings.user === undefined ? {} : { User: settings.user }),
      AmbientCapabilities: capabilities(settings.ambient),
      CapabilityBoundingSet: capabilities(boundingSetOf(settings)),
      ...(settings.privateBpf
        ? Object.fromEntries(Object.entries(MASKS).map(([mask, key]) => [key, names(mask, settings.masks[mask].bits)]))
        : {}),
    };
    for (const [key, value] of Object.entries(expected)) {
      const found = shownValue(dump, key) ?? '';
      const isSame = /Capabilit/.test(key) ? sorted(found) === sorted(value ?? '') : found === (value ?? '');
      if (!isSame)
        yield `${unit.name}: ${key}: systemd "${found}", read "${value}"\n${sourcesOf(unit)
          .map((one) => one.text)
          .join('\n-- drop-in\n')}`;
    }
  }
}

function capabilities(set) {
  return CAPABILITY_NAMES.filter((_, cap) => (set >> BigInt(cap)) & 1n)
    .map((name) => name.toLowerCase())
    .join(' ');
}

function names(mask, bits) {
  if (bits === (1n << 64n) - 1n) return 'any';
  return systemdNames(mask)
    .filter((_, bit) => (bits >> BigInt(bit)) & 1n)
    .join(',');
}

/** Warnings with a place, and the words that systemd leaves out, of which it does not say where they are. */
function* compareWarnings(all, text) {
  const lines = text.split('\n');
  const theirs = new Set();
  const words = [];
  for (const line of lines) {
    const place = /^(\/etc\/systemd\/system\/u\d+\.service\S*?):(\d+): (.*)$/.exec(line);
    if (place && !/Special user|is not safe|The !! modifier|This is unsafe/.test(place[3]))
      theirs.add(`${place[1]}:${place[2]}`);
    const word = /^Unknown BPF delegate option, ignoring: (.*)$/.exec(line);
    if (word) words.push(word[1]);
  }
  const ours = new Set();
  const left = [];
  const PLACED = ['unknown-setting', 'unknown-section', 'outside-section', 'malformed', 'bad-value', 'refused-unit'];
  const placeless = [
    'space-in-list',
    'colon-between-names',
    'name-with-prefix',
    'name-of-other-mask',
    'misspelt-name',
    'trailing-comment',
  ];
  // systemd counts a carriage return and a NUL as the end of a line.
  const isCounted = (unit) => !sourcesOf(unit).some((one) => /[\r\0]/.test(one.text));
  for (const unit of all) {
    const [main, ...dropIns] = sourcesOf(unit);
    const textOf = new Map([main, ...dropIns].map((one) => [one.file, one.text]));
    for (const { file, warnings } of readDelegations(main, { format: 'systemd-unit' }, dropIns).files) {
      for (const { code, line, message } of warnings) {
        // systemd says so for debugging only.
        if (/no capability/.test(message)) continue;
        // What is wrong with a unit as a whole has no place in what systemd says, or is not said before the unit starts.
        if (/^systemd refuses the unit|^the unit fails|=: /.test(message)) continue;
        const isOfList = /systemd leaves out/.test(message) && /BPFDelegate/.test(message);
        if (isOfList || placeless.includes(code)) left.push(message);
        else if (PLACED.includes(code)) ours.add(`${file}:${lastLine(textOf.get(file), line)}`);
      }
    }
  }
  const uncounted = all.filter((unit) => !isCounted(unit)).map(({ name }) => `/${name}`);
  const isOfUncounted = (place) => uncounted.some((name) => place.includes(name));
  for (const place of theirs)
    if (!ours.has(place) && !isOfUncounted(place))
      yield `only systemd warns at ${place}: ${lines.find((line) => line.startsWith(`${place}:`))}`;
  for (const place of ours) if (!theirs.has(place) && !isOfUncounted(place)) yield `only the reader warns at ${place}`;
  if (words.length !== left.length) yield `systemd leaves out ${words.length} words, the reader ${left.length}`;
}

function sorted(text) {
  return text.split(' ').filter(Boolean).sort().join(' ');
}

/** systemd names the last of lines that a backslash joins. */
function lastLine(text, line) {
  const lines = text.split('\n');
  let last = line;
  while (/^[ \t]*[#;]/.test(lines[last - 1]) || /(?:^|[^\\])(?:\\\\)*\\$/.test(lines[last - 1])) {
    if (last >= lines.length - (text.endsWith('\n') ? 1 : 0)) return last + 1;
    last += 1;
  }
  return last;
}
