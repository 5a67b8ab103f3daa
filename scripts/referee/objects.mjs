// Compares what is read of BPF objects with what libbpf and llvm-objdump make of them: npm run referee:objects
//
// Fetches libbpf 1.4, 1.5 and 1.7, libbpf-tools, libxdp1, xdp-tools and golang-github-cilium-ebpf-dev of Debian with apt (private lists, under
// build/referee), and compares, for each object of the packages, in files and in executables, and for those of test/programs:
// - programs (section, type, expected attach type) and maps with what bpf_object__open_file() of each libbpf leaves;
// - the number of instructions of each program, with its functions, and its licence and flags, with what libbpf sends to bpf();
// - calls of helpers and kernel functions, and jumps back, with the disassembly;
// and the rules for sections of each release with libbpf_prog_type_by_name(). No program is loaded. Needs root (for apt), Debian, gcc and llvm.

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { SECTION_RULES, sectionRule } from '../../dist/programs/libbpf/section_rule.js';
import { readBpfObject } from '../../dist/programs/read_object.js';
import { debianRoot } from './debian_root.mjs';
import { disassembled } from './disassembly.mjs';
import { compileProbe, LIBBPF_PACKAGES, Libbpf } from './libbpf.mjs';
import { compareCalls, compareLoads, compareOpened, compareReferences } from './object_comparison.mjs';
import { OBJECT_PACKAGES, objectFiles } from './object_files.mjs';
import { answerText, compareSections, sectionNames } from './section_comparison.mjs';

const SCRIPTS = dirname(fileURLToPath(import.meta.url));
const ROOT = dirname(dirname(SCRIPTS));
const WORK = join(ROOT, 'build/referee');
const COMPILED = join(ROOT, 'test/programs/objects');
const ANSWERS = join(ROOT, 'test/programs/libbpf_answers.ndjson');
const SECTION_NAMES = sectionNames(SECTION_RULES);

const { values } = parseArgs({
  options: {
    // Another libbpf: `--libbpf 1.6=FOLDER`, a folder with usr/lib/x86_64-linux-gnu and what libbpf needs.
    libbpf: { type: 'string', multiple: true, default: [] },
    // Writes what libbpf and llvm-objdump say of the objects of test/programs to test/programs/libbpf_answers.ndjson.
    // Debian has no libbpf 1.6: what is committed was recorded with --libbpf 1.6=FOLDER, of one built from its sources.
    record: { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
  },
});
mkdirSync(WORK, { recursive: true });
const forky = debianRoot(
  'forky',
  [...LIBBPF_PACKAGES.newer, 'libbpf-dev', ...OBJECT_PACKAGES],
  join(WORK, 'objects-forky'),
);
const trixie = debianRoot('trixie', [...LIBBPF_PACKAGES.newer, ...OBJECT_PACKAGES], join(WORK, 'objects-trixie'));
const bookworm = debianRoot('bookworm bookworm-backports', LIBBPF_PACKAGES.bookworm, join(WORK, 'objects-bookworm'));
const programs = compileProbe(SCRIPTS, forky, WORK);
const libraries = [
  new Libbpf('1.4', bookworm, programs),
  new Libbpf('1.5', trixie, programs),
  ...values.libbpf.map((text) => new Libbpf(text.split('=')[0], text.split('=')[1], programs)),
  new Libbpf('1.7', forky, programs),
];
const files = [
  ...objectFiles(forky, join(WORK, 'objects-forky-extracted')).map((file) => ({ ...file, from: 'forky' })),
  ...objectFiles(trixie, join(WORK, 'objects-trixie-extracted')).map((file) => ({ ...file, from: 'trixie' })),
  ...(existsSync(COMPILED) ? readdirSync(COMPILED) : [])
    .filter((name) => name.endsWith('.o'))
    .map((name) => ({ name, path: join(COMPILED, name), from: 'test/programs' })),
];

const problems = [];
const counts = new Map();
const count = (what, by = 1) => counts.set(what, (counts.get(what) ?? 0) + by);

const recorded = { sections: {}, objects: {} };
for (const libbpf of libraries) {
  const answers = libbpf.sections(SECTION_NAMES);
  for (const answer of answers) {
    recorded.sections[answer.section] ??= {};
    recorded.sections[answer.section][libbpf.release] = answerText(answer);
  }
  for (const problem of compareSections(answers, (section) => sectionRule(section, libbpf.release)))
    problems.push(`libbpf ${libbpf.release}: ${problem}`);
}
const opened = new Map(libraries.map((libbpf) => [libbpf, libbpf.open(files.map(({ path }) => path))]));
for (const { name, path, from } of files) {
  const report = (what) => problems.push(`${from} ${name}: ${what}`);
  count(`objects of ${from}`);
  let object;
  try {
    object = readBpfObject(new Uint8Array(readFileSync(path)));
  } catch (error) {
    // What cannot be read here must be refused by libbpf too.
    for (const libbpf of libraries) {
      const seen = opened.get(libbpf).get(path);
      if (seen.error === undefined) report(`cannot be read (${error.message}); libbpf ${libbpf.release} opens it`);
    }
    count('objects that neither reads');
    continue;
  }
  if (object.byteOrder === 'big') count('big-endian objects');
  count('programs', object.programs.length);
  count('maps', object.maps.length);
  for (const libbpf of libraries) {
    const ruleOf = (section) => sectionRule(section, libbpf.release);
    const seen = opened.get(libbpf).get(path);
    if (seen.error !== undefined) {
      count(`refused by libbpf ${libbpf.release}`);
      if (values.verbose) console.log(`${from} ${name}: libbpf ${libbpf.release} refuses it: ${seen.error}`);
      continue;
    }
    count(`opened by libbpf ${libbpf.release}`);
    for (const problem of compareOpened(object, seen, ruleOf)) report(`libbpf ${libbpf.release}: ${problem}`);
    const { loads, isWhole, references } = libbpf.load(path, join(WORK, 'fake_bpf.log'));
    const { problems: found, compared } = compareLoads(object, loads, ruleOf);
    for (const problem of found) report(`libbpf ${libbpf.release}: ${problem}`);
    count(`programs sent by libbpf ${libbpf.release}`, compared);
    for (const problem of compareReferences(object, references)) report(`libbpf ${libbpf.release}: ${problem}`);
    count(`references compared with libbpf ${libbpf.release}`, references.length);
    if (isWhole) count(`loaded whole by libbpf ${libbpf.release}`);
  }
  const shown = disassembled(path);
  if (from === 'test/programs') recorded.objects[name] = recordOf(path, shown);
  const { problems: found, calls } = compareCalls(object, shown);
  for (const problem of found) report(problem);
  count('calls compared with llvm-objdump', calls);
}
if (values.record) writeFileSync(ANSWERS, recordText());
for (const problem of problems.slice(0, 50)) console.log(problem);
for (const [what, number] of [...counts].sort()) console.log(`${what}: ${number}`);
console.log(`${files.length} objects, ${problems.length} disagreements`);
process.exitCode = problems.length === 0 && files.length >= 95 ? 0 : 1;

/** What the newest libbpf and llvm-objdump say of an object. */
function recordOf(path, { calls, loops }) {
  const libbpf = libraries[libraries.length - 1];
  const { file: _, ...own } = opened.get(libbpf).get(path);
  const { loads, references } = libbpf.load(path, join(WORK, 'fake_bpf.log'));
  return {
    ...own,
    loads: loads.filter(({ name }) => name !== '' && own.programs?.some((one) => one.name.startsWith(name))),
    references,
    calls,
    loops: [...loops],
  };
}

/** A line for each name of a section, then for each object. */
function recordText() {
  const lines = [
    ...Object.entries(recorded.sections).map(([section, answers]) => ({ section, answers })),
    ...Object.entries(recorded.objects).map(([object, answers]) => ({ object, ...answers })),
  ];
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}
