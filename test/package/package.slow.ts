import { type ExecFileSyncOptionsWithStringEncoding, execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, sep } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ROOT } from '../cli/run_cli.js';
import { batchProgramRun } from '../library/batch_program.js';
import { readmeBlock } from '../readme_block.js';

/** The Node that uses the package: another one with PACKAGE_NODE=/path/to/node. */
const NODE = process.env.PACKAGE_NODE ?? process.execPath;

/** A user's folder with the package installed. */
const folder = mkdtempSync(join(tmpdir(), 'bpf-token-sim-package-'));
const installed = join(folder, 'node_modules', 'bpf-token-sim');
/** What the tarball holds, as paths in the package. */
let packed: readonly string[];

function run(command: string, args: readonly string[], cwd = folder): string {
  // What `npm run` tells its children about this repository must not reach the npm of that folder.
  const { npm_config_local_prefix: _, ...inherited } = process.env;
  const env = { ...inherited, PATH: `${dirname(NODE)}${delimiter}${inherited.PATH}` };
  const options: ExecFileSyncOptionsWithStringEncoding = {
    cwd,
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  };
  return execFileSync(command, args, options);
}

/** Writes a program and runs it. */
function runProgram(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return run(NODE, [name]);
}

beforeAll(() => {
  // `npm test` has built dist: a build here would take it from under tests that run it.
  const [tarball] = JSON.parse(run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], ROOT));
  packed = tarball.files.map(({ path }: { path: string }) => path);
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n');
  run('npm', ['install', '--omit=dev', '--prefer-offline', '--no-audit', '--no-fund', `./${tarball.filename}`]);
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

test('the tarball holds what is used, and nothing that made it', () => {
  for (const file of ['README.md', 'LICENSE', 'package.json', 'dist/index.js', 'dist/index.d.ts', 'dist/cli/main.js']) {
    expect(packed).toContain(file);
  }
  for (const part of ['schema/scenario.schema.json', 'examples/fleet.yaml', 'docs/library.md', 'recorder/main.c']) {
    expect(packed).toContain(part);
  }
  const odd = packed.filter(
    (file) =>
      !/^((README|CHANGELOG)\.md|LICENSE|package\.json|(dist|schema|examples|docs|recorder|man)\/.*)$/.test(file),
  );
  expect(odd).toEqual([]);
  expect(packed.filter((file) => /\.test\.|\.wasm$|\.map$|(?<!\.d)\.ts$|\.tgz$/.test(file))).toEqual([]);
  // A file in dist that nothing in src makes is left over from an earlier build.
  const leftOver = packed.filter((file) => {
    const source = /^dist\/(.*?)(\.d\.ts|\.js)$/.exec(file)?.[1];
    // The bundles have chunks of their own.
    return source !== undefined && !/^(worker|command)_chunks\//.test(source) && !sources.has(`${source}.ts`);
  });
  expect(leftOver).toEqual([]);
});

const sources = new Set(
  readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' }).map((file) => file.replaceAll(sep, '/')),
);

test('an install runs no build: what is installed is what was packed', () => {
  const files = readdirSync(installed, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(installed.length + 1)
        .replaceAll(sep, '/'),
    );
  expect(files.sort()).toEqual([...packed].sort());
  const { scripts } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
  // npm runs `prepare` where a package is developed; these it would run for every user.
  for (const script of ['preinstall', 'install', 'postinstall']) expect(scripts).not.toHaveProperty(script);
});

test('few other packages come with it, and no tool it is made with', () => {
  const { dependencies } = JSON.parse(run('npm', ['ls', '--omit=dev', '--all', '--json']));
  expect(Object.keys(dependencies)).toEqual(['bpf-token-sim']);
  const own = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const installed = Object.keys(dependencies['bpf-token-sim'].dependencies);
  expect(installed.sort()).toEqual(Object.keys(own.dependencies).sort());
  expect(own).not.toHaveProperty('peerDependencies');
  expect(Object.values(own.dependencies).filter((version) => !/^\d+\.\d+\.\d+$/.test(version as string))).toEqual([]);
  const all = run('npm', ['ls', '--omit=dev', '--all', '--parseable']).trim().split('\n').slice(1);
  expect(all.length).toBeLessThanOrEqual(28);
  // apache-arrow brings types of Node along, which are no tool.
  for (const tool of Object.keys(own.devDependencies).filter((name) => name !== '@types/node')) {
    expect(all.filter((path) => path.endsWith(`node_modules/${tool}`))).toEqual([]);
  }
});

test('the library, and a worker thread attached to it: the program in the README', () => {
  const [, ...lines] = readmeBlock('console', '$ node library.mjs').split('\n');
  expect(runProgram('library.mjs', readmeBlock('js', 'import '))).toBe(lines.join('\n'));
});

test('a Parquet table over workers: the program in docs/library.md, in the main thread and in a worker thread', () => {
  const { files, check } = batchProgramRun(200_000);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const bpftoken = join('node_modules', 'bpf-token-sim', 'dist', 'cli', 'main.js');
  const fleet = join('node_modules', 'bpf-token-sim', 'examples', 'fleet.yaml');
  run(NODE, [bpftoken, 'generate', fleet, '--rows', '200k', '--seed', '1', '--out', 'requests.parquet']);
  for (const program of ['batch.mjs', 'in_worker.mjs']) {
    const output = run(NODE, [program, fleet, 'requests.parquet', `${program}.parquet`]);
    check(output);
  }
  expect(readFileSync(join(folder, 'in_worker.mjs.parquet'))).toEqual(readFileSync(join(folder, 'batch.mjs.parquet')));
});

test('a pool of workers', () => {
  const program = `
    import { readFileSync } from 'node:fs';
    import { createColumns, createEvaluator, parseScenario } from 'bpf-token-sim';
    import { createEvaluatorPool } from 'bpf-token-sim/pool';
    const file = new URL('./node_modules/bpf-token-sim/examples/fleet.yaml', import.meta.url);
    const evaluator = createEvaluator(parseScenario(readFileSync(file, 'utf8')).world);
    const columns = createColumns(500_000);
    const fill = (column, factor, below) => column.forEach((_, i, all) => { all[i] = (i * factor) % below; });
    fill(columns.task, 3, 11);
    fill(columns.token, 5, 7);
    fill(columns.cmd, 7919, 41);
    fill(columns.type, 104729, 37);
    const alone = new Uint8Array(500_000);
    const pooled = new Uint8Array(500_000);
    evaluator.decideBatch(columns, alone);
    const pool = createEvaluatorPool(evaluator, { workers: 2 });
    await pool.decideBatch(columns, pooled);
    await pool.close();
    console.log(Buffer.compare(alone, pooled), new Set(alone).size > 10);
  `;
  expect(runProgram('pool.mjs', program)).toBe('0 true\n');
});

test('the schemas of the JSON outputs', () => {
  const files = packed.filter((file) => /^schema\/(?!scenario)/.test(file));
  expect(files.length).toBeGreaterThan(10);
  const names = files.map((file) => file.slice('schema/'.length, -'.schema.json'.length));
  const program = `
    import { createRequire } from 'node:module';
    import check from 'bpf-token-sim/schemas/check.json' with { type: 'json' };
    const require = createRequire(import.meta.url);
    const ids = ${JSON.stringify(names)}.map((name) => require(\`bpf-token-sim/schemas/\${name}.json\`).$id);
    console.log(check.title, ids.length, new Set(ids).size, require('bpf-token-sim/scenario.schema.json').title);
  `;
  expect(runProgram('schemas.mjs', program)).toBe(
    `bpf-token-sim check ${files.length} ${files.length} bpf-token-sim scenario\n`,
  );
});

test('the command', () => {
  const fleet = 'node_modules/bpf-token-sim/examples/fleet.yaml';
  const check = (task: string) => ['--no-install', 'bpftoken', 'check', fleet, '--task', task, '--cmd', 'btf_load'];
  expect(run('npx', check('host-root'))).toContain('ALLOWED on linux-6.12');
  const main = join('node_modules', 'bpf-token-sim', 'dist', 'cli', 'main.js');
  const denied = spawnSync(NODE, [main, 'check', fleet, '--task', 'web', '--cmd', 'btf_load'], { cwd: folder });
  expect(denied.status).toBe(1);
  expect(run(NODE, [main, 'eval', fleet, '--generate', '500K', '--seed', '1', '--workers', '2'])).toContain(
    '500,000 requests',
  );
});

test('its types, in a strict program without any types of Node', () => {
  const program = `
    import { BpfTokenSimError, createEvaluator, decodeVerdict, type Evaluator, createColumns, type NamedRequest } from 'bpf-token-sim';
    import { parseScenario, type SharedEvaluator, attachEvaluator, shareEvaluator, UnknownNameError } from 'bpf-token-sim';
    import { createEvaluatorPool, type Pool } from 'bpf-token-sim/pool';
    const evaluator: Evaluator = createEvaluator(parseScenario('').world);
    const request: NamedRequest = { task: 'web', cmd: 'prog_load', prog_type: 'xdp' };
    const allowed: boolean = decodeVerdict(evaluator.decideCode(request)).allowed;
    const shared: SharedEvaluator = shareEvaluator(evaluator);
    attachEvaluator(shared).decideBatch(createColumns(1), new Uint8Array(1));
    const pool: Pool = createEvaluatorPool(evaluator);
    const nearest = (error: BpfTokenSimError) => (error instanceof UnknownNameError ? error.nearest : error.code);
    // @ts-expect-error: a request names its command
    evaluator.decideCode({ task: 'web' });
    export { allowed, nearest, pool };
  `;
  writeFileSync(join(folder, 'consumer.ts'), program);
  const compilerOptions = {
    strict: true,
    module: 'nodenext',
    target: 'es2022',
    noEmit: true,
    types: [],
    skipLibCheck: false,
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['consumer.ts'] }));
  const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  const { status, stdout } = spawnSync(process.execPath, [tsc, '-p', folder], { cwd: folder, encoding: 'utf8' });
  expect(stdout).toBe('');
  expect(status).toBe(0);
});
