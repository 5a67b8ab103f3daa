import { rmSync } from 'node:fs';
import { chmod, lstat, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BatchFileError } from '../../src/batch/errors.js';
import { AtomicFile } from '../../src/batch/output/atomic_file.js';
import { FileSink } from '../../src/batch/output/file_sink.js';
import { placeAll } from '../../src/batch/output/open_sink.js';
import { runBatch } from '../../src/batch/run_batch.js';
import { createEvaluator } from '../../src/engine/evaluator.js';
import { AbortError } from '../../src/errors.js';
import { smallWorld } from '../tables/small_world.js';

const world = smallWorld();
const evaluator = createEvaluator(world);
const many = { kind: 'generated', rows: 1e9, seed: 1 } as const;
const few = { kind: 'generated', rows: 10, seed: 1 } as const;
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'atomic-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

const toFile = (path: string) => ({ kind: 'file', path, format: 'csv' }) as const;

/** Gives the signal once the batch has decided something. */
function abortSoon(): { signal: AbortSignal; onProgress: () => void } {
  const controller = new AbortController();
  return { signal: controller.signal, onProgress: () => controller.abort() };
}

describe('an output file', () => {
  it('replaces one that was there, through a link, with its permission bits', async () => {
    const real = join(folder, 'real.csv');
    const link = join(folder, 'link.csv');
    await writeFile(real, 'old');
    await chmod(real, 0o640);
    await symlink('real.csv', link);
    await runBatch({ world, evaluator, source: few, sink: toFile(link) });
    expect(await readFile(real, 'utf8')).toMatch(/^row,line,task/);
    expect((await stat(real)).mode & 0o777).toBe(0o640);
    expect((await readdir(folder)).sort()).toEqual(['link.csv', 'real.csv']);
  });

  it('can be the input', async () => {
    const path = join(folder, 'table.csv');
    await writeFile(path, 'task,cmd\nroot,btf_load\n');
    await runBatch({ world, evaluator, source: { kind: 'file', path, format: 'csv' }, sink: toFile(path) });
    expect(await readFile(path, 'utf8')).toContain('1,2,root,,btf_load');
  });

  it('does not appear when the batch is interrupted, and one that was there stays', async () => {
    const path = join(folder, 'out.csv');
    await expect(runBatch({ world, evaluator, source: many, sink: toFile(path), ...abortSoon() })).rejects.toThrow(
      AbortError,
    );
    expect(await readdir(folder)).toEqual([]);
    await writeFile(path, 'old');
    await expect(
      runBatch({ world, evaluator, source: many, sink: toFile(path), ...abortSoon() }),
    ).rejects.toMatchObject({ name: 'AbortError' });
    expect(await readdir(folder)).toEqual(['out.csv']);
    expect(await readFile(path, 'utf8')).toBe('old');
  });

  it('lies beside its place under another name while it is written', async () => {
    const path = join(folder, 'out.csv');
    let seen: Promise<string[]> | undefined;
    const controller = new AbortController();
    const onProgress = (): void => {
      seen ??= readdir(folder).finally(() => controller.abort());
    };
    const { signal } = controller;
    await expect(
      runBatch({ world, evaluator, source: many, sink: toFile(path), signal, onProgress }),
    ).rejects.toThrow();
    expect(await seen).toEqual([expect.stringMatching(/^\.out\.csv\..*\.tmp$/)]);
    expect(await readdir(folder)).toEqual([]);
  });

  it('does not appear when the input cannot be read to its end', async () => {
    const stdin = new Readable({ read: () => undefined });
    stdin.push('task,cmd\nroot,btf_load\n');
    setTimeout(() => stdin.destroy(new Error('gone')), 10);
    const source = { kind: 'stdin', format: 'csv' } as const;
    await expect(runBatch({ world, evaluator, source, stdin, sink: toFile(join(folder, 'o')) })).rejects.toThrow(
      'cannot read <stdin>: gone',
    );
    expect(await readdir(folder)).toEqual([]);
  });

  it('does not appear when the table has no header', async () => {
    const source = { kind: 'stdin', format: 'csv' } as const;
    const stdin = Readable.from(['token\n']);
    await expect(runBatch({ world, evaluator, source, stdin, sink: toFile(join(folder, 'o')) })).rejects.toThrow(
      'task',
    );
    expect(await readdir(folder)).toEqual([]);
  });

  it('names what is wrong with its place', async () => {
    const run = (path: string) => runBatch({ world, evaluator, source: few, sink: toFile(path) });
    await expect(run(join(folder, 'none', 'o'))).rejects.toThrow(/cannot write .*no such file or directory/);
    await mkdir(join(folder, 'taken'));
    await expect(run(join(folder, 'taken'))).rejects.toThrow(/cannot write .*is a directory/);
    expect(await readdir(folder)).toEqual(['taken']);
    expect(await readdir(join(folder, 'taken'))).toEqual([]);
  });

  it('writes to a device as it is, and reports one that is full', async () => {
    const summary = await runBatch({ world, evaluator, source: few, sink: toFile('/dev/null') });
    expect(summary.rows).toBe(10);
    expect((await stat('/dev/null')).isCharacterDevice()).toBe(true);
    const full = runBatch({ world, evaluator, source: many, sink: toFile('/dev/full') });
    await expect(full).rejects.toThrow(BatchFileError);
    await expect(full).rejects.toThrow('no space left');
  });
});

describe('outputs beside each other', () => {
  const read = (name: string): Promise<string> => readFile(join(folder, name), 'utf8');
  const run = (path: string) => runBatch({ world, evaluator, source: few, sink: toFile(path) });

  it('through a link to nothing: the file it leads to is made, and the link stays', async () => {
    await mkdir(join(folder, 'sub'));
    await symlink('sub/second', join(folder, 'first'));
    await symlink('made.csv', join(folder, 'sub/second'));
    await run(join(folder, 'first'));
    expect(await read('sub/made.csv')).toMatch(/^row,line,task/);
    expect((await readdir(folder)).sort()).toEqual(['first', 'sub']);
    expect((await readdir(join(folder, 'sub'))).sort()).toEqual(['made.csv', 'second']);
    expect((await lstat(join(folder, 'first'))).isSymbolicLink()).toBe(true);
    await symlink('circle', join(folder, 'circle'));
    await expect(run(join(folder, 'circle'))).rejects.toThrow('too many symbolic links');
  });

  it('with `..` after a link to a folder: where the system finds it', async () => {
    await mkdir(join(folder, 'a/b'), { recursive: true });
    await symlink('a/b', join(folder, 'link'));
    await run(`${folder}/link/../x.csv`);
    expect((await readdir(join(folder, 'a'))).sort()).toEqual(['b', 'x.csv']);
  });

  it('of names as long as there may be, in bytes', async () => {
    const names = ['漢'.repeat(85), '漢'.repeat(76), `x${'😀'.repeat(63)}`, 'x'.repeat(255)];
    for (const name of names) await run(join(folder, name));
    expect((await readdir(folder)).sort()).toEqual([...names].sort());
  });

  it('appear together: where one cannot be put in its place, the other does not appear', async () => {
    await mkdir(join(folder, 'gone'));
    const groupBy = ['cmd'] as const;
    const groupsSink = toFile(join(folder, 'gone/counts.csv'));
    const sink = toFile(join(folder, 'x.csv'));
    const onProgress = (): void => rmSync(join(folder, 'gone'), { recursive: true, force: true });
    const batch = runBatch({ world, evaluator, source: few, sink, groupBy, groupsSink, onProgress });
    await expect(batch).rejects.toThrow(/cannot write .*counts.csv: no such file or directory/);
    expect(await readdir(folder)).toEqual([]);
  });

  it('are opened before work: the first is removed where the second cannot be opened', async () => {
    const groupBy = ['cmd'] as const;
    const groupsSink = toFile(join(folder, 'none/counts.csv'));
    const sink = toFile(join(folder, 'x.csv'));
    await expect(runBatch({ world, evaluator, source: many, sink, groupBy, groupsSink })).rejects.toThrow(/none/);
    expect(await readdir(folder)).toEqual([]);
  });

  it('say which of them are in place where a later one fails after all', async () => {
    const [first, second] = ['first', 'second'].map((name) => AtomicFile.open(join(folder, name))) as [
      AtomicFile,
      AtomicFile,
    ];
    const sinks = [new FileSink(first), new FileSink(second)];
    for (const sink of sinks) await sink.prepare();
    await mkdir(join(folder, 'second'));
    await expect(placeAll(sinks, undefined)).rejects.toThrow(/cannot write .*second: .*; .*first was written$/);
    for (const sink of sinks) await sink.discard();
    expect((await readdir(folder)).sort()).toEqual(['first', 'second']);
  });

  it('never replace what must be new, also where it appears meanwhile', async () => {
    const path = join(folder, 'new');
    const file = AtomicFile.open(path, { isNew: true });
    await file.write('ours');
    await file.prepare();
    await writeFile(path, 'theirs');
    expect(() => file.place()).toThrow(/EEXIST/);
    await file.discard();
    expect(() => AtomicFile.open(path, { isNew: true })).toThrow('already there');
    expect(await readdir(folder)).toEqual(['new']);
    expect(await read('new')).toBe('theirs');
  });
});

describe('interrupts', () => {
  it('reach a batch that waits for its input', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 20);
    const source = { kind: 'stdin', format: 'csv' } as const;
    const waiting = runBatch({
      world,
      evaluator,
      source,
      stdin: new PassThrough(),
      sink: toFile(join(folder, 'out')),
      signal: controller.signal,
    });
    await expect(waiting).rejects.toThrow(AbortError);
    expect(await readdir(folder)).toEqual([]);
  });

  it('reach a batch that waits for its reader', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 50);
    const stdout = new PassThrough();
    const { signal } = controller;
    const sink = { kind: 'stdout', format: 'csv' } as const;
    await expect(runBatch({ world, evaluator, source: many, sink, stdout, signal })).rejects.toThrow(AbortError);
  });

  it('reach a batch that waits for nothing, and one that has not begun', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 20);
    const sink = { kind: 'none' } as const;
    await expect(runBatch({ world, evaluator, source: many, sink, signal: controller.signal })).rejects.toThrow(
      AbortError,
    );
    await expect(runBatch({ world, evaluator, source: few, sink, signal: controller.signal })).rejects.toThrow(
      AbortError,
    );
  });
});

describe('an input file', () => {
  it('that is not there is named before anything is written', async () => {
    const source = { kind: 'file', path: join(folder, 'none.csv'), format: 'csv' } as const;
    const sink = toFile(join(folder, 'out'));
    await expect(runBatch({ world, evaluator, source, sink })).rejects.toThrow(/cannot read .*no such file/);
    const folderSource = { ...source, path: folder };
    await expect(runBatch({ world, evaluator, source: folderSource, sink })).rejects.toThrow(/is a directory/);
    expect(await readdir(folder)).toEqual([]);
  });
});
