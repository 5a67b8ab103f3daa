// Writes the table of docs/least-delegation.md: what each object of test/programs/loaders/objects needs with each loader, on linux-6.18,
// by the models of kernel and loaders. `npm run referee:loaders` tries each row on a kernel: that it loads, and that it does not
// without any bit or capability.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { capName } from '../dist/kernel/capability.js';
import { MASK_KIND, MASK_NAMES } from '../dist/kernel/masks.js';
import { profileNamed } from '../dist/kernel/profile.js';
import { leastDelegation } from '../dist/programs/least/least_delegation.js';
import { LOADER_NAMES } from '../dist/programs/loaders/loader_names.js';
import { readBpfObject } from '../dist/programs/read_object.js';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = join(root, 'test/programs/loaders/objects');
const file = join(root, 'docs/least-delegation.md');
const kernel = { profile: profileNamed('linux-6.18') };
const START = '| object |';

const bits = (set) => Array.from({ length: 64 }, (_, bit) => bit).filter((bit) => (set >> BigInt(bit)) & 1n);

function cellsOf(object, loader) {
  const least = leastDelegation(loader, [object], kernel);
  if (!least) return ['none is found', '', '', '', ''];
  const names = MASK_NAMES.map((mask) =>
    bits(least.masks[mask])
      .map((bit) => kernel.profile.vocabulary.nameOf(MASK_KIND[mask], bit))
      .join(', '),
  );
  return [...names, bits(least.capabilities).map(capName).join(', ')];
}

const rows = readdirSync(folder)
  .filter((name) => name.endsWith('.o'))
  .sort()
  .flatMap((name) => {
    const object = readBpfObject(new Uint8Array(readFileSync(join(folder, name))));
    // Loaders with the same answer share a row.
    const byCells = new Map();
    for (const loader of LOADER_NAMES) {
      const cells = cellsOf(object, loader).join(' | ');
      byCells.set(cells, [...(byCells.get(cells) ?? []), loader]);
    }
    return [...byCells].map(([cells, loaders]) => `| ${basename(name, '.o')} | ${loaders.join(', ')} | ${cells} |`);
  });
const table = [
  `${START} loader | delegate_cmds | delegate_maps | delegate_progs | delegate_attachs | capabilities |`,
  '| --- | --- | --- | --- | --- | --- | --- |',
  ...rows,
].join('\n');
const text = readFileSync(file, 'utf8');
writeFileSync(file, `${text.slice(0, text.indexOf(START))}${table}\n`);
