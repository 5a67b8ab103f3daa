// Puts what the worker files and the command read into few files: a thread or a command that loads sixty starts half as fast.
// node scripts/bundle.mjs FOLDER, where the compiler wrote src/. Files beside it stay as the compiler wrote them.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { rolldown } from 'rolldown';

const folder = resolve(process.argv[2]);

/** Packages that every command loads. They become part of the bundle; their licences go along. */
const COMMAND_PACKAGES = ['commander', 'yaml', 'zod', 'fastest-levenshtein', 'tinyqueue'];

/**
 * Chunks with some modules and all that they import. A command that starts loads few files: each takes a millisecond or two.
 * First what every command reads, with what names of the kernel need; then what a command with a scenario needs.
 * cli/main is in none of them: it awaits the command, which imports these chunks.
 */
const COMMAND_GROUPS = [
  { name: 'start', test: /\/cli\/(program|commands\/list)\.js$/, priority: 2 },
  { name: 'scenario', test: /\/cli\/commands\/check\.js$/, priority: 1 },
];

const BUNDLES = [
  {
    entries: ['batch/splits/split_worker', 'fuzz/worker', 'loadtest/load_worker', 'pool/worker'],
    packages: [],
    chunks: 'worker_chunks',
    groups: [],
    isMinified: false,
  },
  {
    entries: ['cli/main'],
    packages: COMMAND_PACKAGES,
    chunks: 'command_chunks',
    groups: COMMAND_GROUPS,
    isMinified: true,
  },
];

/** commander loads node:child_process, and with it the network, for subcommands in programs of their own: there are none here. */
const isSubcommandProcess = (id, importer) => /child_process$/.test(id) && importer?.includes('commander');
const withoutChildProcess = {
  name: 'without-child-process',
  resolveId: (id, importer) => (isSubcommandProcess(id, importer) ? '\0no-child-process' : null),
  load: (id) => (id === '\0no-child-process' ? 'export default {}' : null),
};

for (const { entries, ...how } of BUNDLES) {
  // The bench compiles no command.
  const present = entries.filter((entry) => existsSync(join(folder, `${entry}.js`)));
  if (present.length > 0) await bundle(present, how);
}
if (existsSync(join(folder, 'cli/main.js'))) writeLicences();

async function bundle(entries, { packages, chunks, groups, isMinified }) {
  const made = await rolldown({
    input: Object.fromEntries(entries.map((entry) => [entry, join(folder, `${entry}.js`)])),
    platform: 'node',
    external: (id, importer) =>
      !/^[.\0]/.test(id) &&
      !isAbsolute(id) &&
      !packages.some((name) => id === name || id.startsWith(`${name}/`)) &&
      !isSubcommandProcess(id, importer),
    // The same code as modules, of which only what is used is taken.
    resolve: { alias: { yaml: resolve('node_modules/yaml/browser/dist/index.js') } },
    plugins: [withoutChildProcess],
  });
  const { output } = await made.generate({
    format: 'esm',
    // Functions keep their names: stack traces can be read.
    minify: isMinified && { compress: true, mangle: { toplevel: false }, codegen: { removeWhitespace: true } },
    // Where it is now, in place of what the compiler wrote. What several read is beside them, one folder deep, as the files are
    // that name a worker file by its address.
    entryFileNames: '[name].js',
    chunkFileNames: `${chunks}/[name]-[hash].js`,
    codeSplitting: { groups },
  });
  await made.close();
  // Those of an earlier build have other names.
  rmSync(join(folder, chunks), { recursive: true, force: true });
  for (const { fileName, code } of output) {
    const file = join(folder, fileName);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, isMinified ? inAscii(code) : code);
  }
}

/** One letter beyond ASCII makes V8 keep and read a file in two bytes a letter. All of them are in texts: there are no comments. */
function inAscii(code) {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the range is all of ASCII.
  return code.replace(/[^\x00-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** The licences of the packages that the command's files contain. */
function writeLicences() {
  const texts = COMMAND_PACKAGES.map((name) => {
    const at = join('node_modules', name);
    const { version } = JSON.parse(readFileSync(join(at, 'package.json'), 'utf8'));
    const file = readdirSync(at).find((entry) => /^licen[cs]e/i.test(entry));
    if (!file) throw new Error(`${at} has no licence file`);
    return `${name} ${version}\n\n${readFileSync(join(at, file), 'utf8').trim()}\n`;
  });
  writeFileSync(join(folder, 'command_chunks', 'LICENSES.txt'), texts.join('\n----\n\n'));
}
