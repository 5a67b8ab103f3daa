import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { type CliResult, ROOT, runMain } from '../cli/run_cli.js';
import { BROKEN_RULES, type BrokenRule } from './broken_rules.js';

// Rules broken in the model's own code, one at a time; the replay of what real kernels answered has to fail. Every one is
// tried on every case by npm run test:recordings; one, on one case of four, by default.

const isAll = process.env.RECORDINGS === 'all';

const folder = mkdtempSync(join(ROOT, 'build', 'broken-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function recordings(): string[] {
  const files = ['recordings/linux-6.12.ndjson.gz', 'recordings/linux-7.3.ndjson.gz'];
  if (isAll) return files;
  const lines = gunzipSync(readFileSync(join(ROOT, files[0] as string)))
    .toString('utf8')
    .split('\n');
  const some = join(folder, 'some.ndjson');
  writeFileSync(some, lines.filter((_, i) => i % 4 === 0).join('\n'));
  return [some];
}

/** Replays with a copy of the program whose model has the rule broken. */
async function replayBroken(broken?: BrokenRule): Promise<CliResult> {
  const dist = join(folder, 'dist');
  rmSync(dist, { recursive: true, force: true });
  cpSync(join(ROOT, 'dist'), dist, { recursive: true });
  // The command is a bundle, which has the model in it: the copy runs the files as they are compiled.
  writeFileSync(
    join(dist, 'cli/main.js'),
    "import { run } from './program.js';\nprocess.exitCode = await run(process.argv);\n",
  );
  if (broken) {
    const file = join(dist, 'kernel', broken.file);
    const code = readFileSync(file, 'utf8');
    expect(code.split(broken.find)).toHaveLength(2);
    writeFileSync(
      file,
      code.replace(broken.find, () => broken.replace),
    );
  }
  return runMain(join(dist, 'cli/main.js'), ['replay', '--json', ...recordings()]);
}

if (isAll) {
  test('the copy as it is agrees', async () => {
    const { code, stdout } = await replayBroken();
    expect({ code, disagreed: JSON.parse(stdout).disagreed }).toEqual({ code: 0, disagreed: 0 });
  });
}

test.each(BROKEN_RULES)('$why: the code that is broken is there, once', ({ file, find }) => {
  const code = readFileSync(join(ROOT, 'dist/kernel', file), 'utf8');
  expect(code.split(find)).toHaveLength(2);
});

describe('a rule broken in the code of the model is found by what kernels answered', () => {
  test.each(isAll ? BROKEN_RULES : BROKEN_RULES.slice(0, 1))('$why', async (broken) => {
    const { code, stdout } = await replayBroken(broken);
    expect(code).toBe(1);
    // Against the kernel, not just against the hot path, which is whole; each by the name of its case.
    const found = JSON.parse(stdout).disagreements.filter(
      ({ differences, case: name }: { differences: unknown[]; case: string }) => differences.length > 0 && name !== '',
    );
    expect(found.length).toBeGreaterThan(0);
  });
});
