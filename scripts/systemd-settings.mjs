// Writes src/dialects/systemd/known_settings.generated.ts: npm run systemd-settings
//
// Fetches systemd of Debian forky with apt (private lists, under build/referee), and asks it for the settings that each section of a unit
// has. Needs root, Debian and its apt.

import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { debianRoot } from './referee/debian_root.mjs';
import { PACKAGES } from './referee/systemd_packages.mjs';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const TARGET = join(ROOT, 'src/dialects/systemd/known_settings.generated.ts');
const WITH_PROCESS = ['Service', 'Socket', 'Mount', 'Swap'];

const root = debianRoot('forky', PACKAGES, join(ROOT, 'build/referee/forky'));
const sections = sectionsOf(systemd('--dump-configuration-items'));
const [release = '?'] = systemd('--version').match(/\d+/) ?? [];
const shared = (sections.get('Service') ?? []).filter((name) =>
  WITH_PROCESS.every((section) => sections.get(section)?.includes(name)),
);
writeFileSync(TARGET, fileText(release, shared, sections));
process.stdout.write(`${TARGET}: ${sections.size} sections of systemd ${release}\n`);

/** What systemd prints, started as a user: as root it takes itself for the first process. */
function systemd(option) {
  const script = 'exec chroot --userspec=1000:1000 "$1" /usr/lib/systemd/systemd "$2"';
  const { status, stdout, stderr } = spawnSync('sh', ['-c', script, 'sh', root, option], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`systemd ${option} failed: ${stderr.trim().slice(-500)}`);
  return stdout;
}

/** The settings of each section, sorted, each once. */
function sectionsOf(text) {
  const found = new Map();
  let names = [];
  for (const line of text.split('\n')) {
    const [, section] = /^\[(.+)\]$/.exec(line) ?? [];
    if (section !== undefined) {
      names = found.get(section) ?? [];
      found.set(section, names);
    }
    const [, name] = /^(\w+)=/.exec(line) ?? [];
    if (name !== undefined && !names.includes(name)) names.push(name);
  }
  for (const list of found.values()) list.sort();
  return found;
}

/** Names as one text over lines of at most 120 characters. */
function wordsText(names, indent) {
  const lines = [''];
  for (const name of names) {
    if (lines.at(-1).length + name.length > 112) lines.push('');
    lines.push(`${lines.pop()}${name} `);
  }
  return lines.map((line, i) => `${i === 0 ? indent : `${indent}  `}'${line}'`).join(' +\n');
}

function fileText(release, exec, all) {
  const entries = [...all].map(([section, names]) => {
    const hasProcess = WITH_PROCESS.includes(section);
    const own = hasProcess ? names.filter((name) => !exec.includes(name)) : names;
    return `  ${section}: [${hasProcess ? '...EXEC, ' : ''}...words(\n${wordsText(own, '    ')},\n  )],\n`;
  });
  return `// Made by scripts/systemd-settings.mjs from \`systemd --dump-configuration-items\` of systemd ${release}. Do not edit.

const words = (text: string): readonly string[] => text.trim().split(' ');

/** What the sections Service, Socket, Mount and Swap share: how a process is run. */
const EXEC = words(
${wordsText(exec, '  ')},
);

/** The settings of each section of a unit. */
export const KNOWN_SETTINGS: Readonly<Record<string, readonly string[]>> = {
${entries.join('')}};
`;
}
