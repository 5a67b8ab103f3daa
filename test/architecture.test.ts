import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { circlesOf, type Imports, importsOf, privateFilesOf, upwardImports } from './architecture_rules.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** The folders in the order of the table in docs/architecture.md: a folder may import those below it. */
const LAYERS = [
  ...readFileSync(join(ROOT, 'docs/architecture.md'), 'utf8').matchAll(/^\| `(src\/[a-z]+|assembly)(?:\.ts)?` \|/gm),
].map(([, folder]) => folder as string);

/** The folders that may import each dependency. Exchanging one then means changing one folder. */
const DEPENDENCY_FOLDERS: Readonly<Record<string, readonly string[]>> = {
  'apache-arrow': ['src/tables/arrow'],
  'cli-progress': ['src/cli'],
  commander: ['src/cli', 'src/cli/commands', 'src/cli/options'],
  'csv-parse': ['src/tables/text'],
  'fastest-levenshtein': ['src/names'],
  hyparquet: ['src/tables/parquet'],
  'hyparquet-writer': ['src/tables/parquet'],
  'jsonc-parser': ['src/conformance'],
  'lz4-napi': ['src/tables/columnar'],
  piscina: ['src/workers'],
  tinyqueue: ['src/explain'],
  yaml: ['src/diagnostics', 'src/dialects/write', 'src/scenario'],
  zod: ['src/host/facts', 'src/report/schemas', 'src/scenario'],
  zstddec: ['src/tables/columnar'],
};

/** Files of a dependency that its package does not document, and the one adapter that imports each. */
const PRIVATE_FILES: Readonly<Record<string, readonly string[]>> = {
  'apache-arrow/ipc/metadata/file': ['src/tables/arrow/private_api.ts'],
  'apache-arrow/ipc/metadata/message': ['src/tables/arrow/private_api.ts'],
  'hyparquet/src/constants.js': ['src/tables/parquet/private_api.ts'],
  'hyparquet/src/encoding.js': ['src/tables/parquet/private_api.ts'],
};

/** The schemas of the JSON outputs. */
const SCHEMAS = 'src/report/schemas/';

const files = ['src', 'assembly'].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => join(folder, file).replaceAll(sep, '/')),
);
const imports: Imports = new Map(files.map((file) => [file, importsOf(file, readFileSync(join(ROOT, file), 'utf8'))]));

test('the table of layers names every folder', () => {
  const folders = files.filter((file) => !/^src\/index\.ts$/.test(file)).map(folderOf);
  expect(files.length).toBeGreaterThan(200);
  expect([...new Set(folders)].sort()).toEqual([...LAYERS].sort());
});

test('a folder imports only folders below it', () => {
  expect(upwardImports(imports, LAYERS)).toEqual([]);
});

test('no files import each other in a circle', () => {
  expect(circlesOf(imports)).toEqual([]);
});

test('a dependency is imported in one folder', () => {
  const found: Record<string, string[]> = {};
  for (const [file, { packages }] of imports) {
    for (const name of packages.map(packageOf)) {
      if (!name.startsWith('node:')) found[name] = [...new Set([...(found[name] ?? []), dirname(file)])].sort();
    }
  }
  expect(found).toEqual(DEPENDENCY_FOLDERS);
});

test('private files of a dependency are imported in one adapter each', () => {
  expect(privateFilesOf(imports, exportedBy)).toEqual(PRIVATE_FILES);
});

test('schemas of JSON outputs are imported as types, so that no command loads them', () => {
  expect(files.filter((file) => file.startsWith(SCHEMAS)).length).toBeGreaterThan(10);
  const loading = files.filter((file) => loadsSchemas(file, readFileSync(join(ROOT, file), 'utf8')));
  expect(loading).toEqual([]);
});

test('reports do no I/O', () => {
  const reports = [...imports].filter(([file]) => file.startsWith('src/report/'));
  expect(reports.length).toBeGreaterThan(10);
  const impure = reports.filter(
    ([file, { packages }]) =>
      packages.some((name) => name.startsWith('node:')) || /\bprocess\./.test(readFileSync(join(ROOT, file), 'utf8')),
  );
  expect(impure.map(([file]) => file)).toEqual([]);
});

test('the walks of docs/architecture.md lead from file to file by imports', () => {
  const text = readFileSync(join(ROOT, 'docs/architecture.md'), 'utf8');
  const walks = text.slice(text.indexOf('## Four walks'), text.indexOf('## Profiles'));
  // A file, and what is said up to the next one: an arrow among it is a step.
  const files = [...walks.matchAll(/`((?:src|assembly)\/[\w/]+\.ts)`([^`]*(?:`[^`]*\(\)`[^`]*)?)/g)];
  const arrows = files.flatMap(([, from = '', rest = ''], k) =>
    rest.includes('→') ? [[from, files[k + 1]?.[1] ?? ''] as const] : [],
  );
  expect(arrows.length).toBeGreaterThan(12);
  const broken = arrows.filter(([from, to]) => !imports.get(from)?.files.includes(to));
  expect(broken).toEqual([]);
});

test('each rule of the architecture finds what breaks it', () => {
  const broken = (file: string, text: string): Imports => new Map([...imports, [file, importsOf(file, text)]]);
  const upward = broken('src/kernel/task.ts', "import { explain } from '../explain/explain.js';");
  expect(upwardImports(upward, LAYERS)).toEqual(['src/kernel/task.ts imports src/explain/explain.ts']);
  const assembly = broken('assembly/token.ts', "import { capable } from '../src/kernel/capability';");
  expect(upwardImports(assembly, LAYERS)).toEqual(['assembly/token.ts imports src/kernel/capability.ts']);
  const unknown = broken('src/misc/file.ts', '');
  expect(upwardImports(unknown, LAYERS)).toEqual(['src/misc/file.ts is in no folder of the table']);
  const value = "import { checkSchema } from './schemas/check.js';";
  expect(loadsSchemas('src/report/a.ts', value)).toBe(true);
  expect(loadsSchemas('src/report/a.ts', value.replace('{', '{ type'))).toBe(true);
  expect(loadsSchemas('src/report/a.ts', value.replace('import', 'import type'))).toBe(false);
  const circle = broken('src/kernel/denials.ts', "import type { BpfToken } from './token.js';");
  expect(circlesOf(circle)).toEqual([['src/kernel/denials.ts', 'src/kernel/token.ts']]);
  const hidden = broken('src/tables/parquet/codecs.ts', "import { read } from 'hyparquet/src/read.js';");
  expect(privateFilesOf(hidden, exportedBy)['hyparquet/src/read.js']).toEqual(['src/tables/parquet/codecs.ts']);
});

/** Whether a file outside the folder of the schemas imports one when it runs. `import { type A }` does, too. */
function loadsSchemas(file: string, text: string): boolean {
  if (file.startsWith(SCHEMAS)) return false;
  return [...text.matchAll(/^import\b([^;]*?)'([^'\n]+)'/gm)].some(
    ([, names = '', path = '']) => /\/schemas\/\w+\.js$/.test(path) && !names.startsWith(' type '),
  );
}

function folderOf(file: string): string {
  const [first, second] = file.split('/');
  return first === 'src' ? `src/${second?.replace(/\.ts$/, '')}` : (first as string);
}

function packageOf(specifier: string): string {
  return specifier.startsWith('node:') ? specifier : (specifier.split('/')[0] as string);
}

/** Whether a package documents a file as one to import. */
function exportedBy(specifier: string): boolean {
  // Documented: for pages, and for programs that load little.
  return specifier === packageOf(specifier) || ['csv-parse/browser/esm/sync', 'zod/mini'].includes(specifier);
}
