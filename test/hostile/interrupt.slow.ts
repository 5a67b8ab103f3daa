import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CompressionType, compressionRegistry, RecordBatchFileWriter, Table } from 'apache-arrow';
import { afterAll, expect, test } from 'vitest';
import { bpftoken } from '../cli/run_cli.js';
import { vectorOf } from '../tables/arrow/arrow_table.js';
import { rawZstd } from '../tables/arrow/raw_zstd.js';

const folder = mkdtempSync(join(tmpdir(), 'interrupt-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Milliseconds before Ctrl-C, from when it is heeded. Reading any of the inputs to its end takes many times as long. */
const READING_MS = 500;
const MEGABYTES = 8;

/** Rows of which each has a problem, in a few kilobytes. */
function badRows(): Uint8Array {
  compressionRegistry.set(CompressionType.ZSTD, { encode: rawZstd });
  const writer = new RecordBatchFileWriter({ compressionType: CompressionType.ZSTD } as never);
  const rows = 4_000_000;
  const column = (name: string) => vectorOf('dict_int8', [name]);
  const table = new Table({ task: column('web'), cmd: column('prog_laod') });
  const [batch] = table.batches;
  if (!batch) throw new Error('no batch');
  for (const child of batch.data.children) {
    Object.assign(child, { length: rows, values: new Int8Array(rows) });
  }
  Object.assign(batch.data, { length: rows });
  for (let i = 0; i < 10; i++) writer.write(batch as never);
  writer.finish();
  return writer.toUint8Array(true);
}

const lines = (line: string): Buffer => Buffer.from(line.repeat((MEGABYTES << 20) / line.length));
const INPUTS: Readonly<Record<string, () => Uint8Array>> = {
  'bad_json.ndjson': () => lines('{\n'),
  'open_quotes.csv': () => Buffer.concat([Buffer.from('task,cmd\n'), lines('"\nx\n')]),
  'misplaced_quotes.csv': () => Buffer.concat([Buffer.from('task,cmd\n'), lines('a"b"\n')]),
  'bad_rows.arrow': badRows,
};

test.each(Object.keys(INPUTS).flatMap((name) => ['1', '2'].map((workers) => [name, workers] as const)))(
  'Ctrl-C is heard while %s is read with %s workers',
  async (name, workers) => {
    const path = join(folder, name);
    writeFileSync(path, (INPUTS[name] as () => Uint8Array)());
    const args = ['eval', 'examples/fleet.yaml', '--requests', path, '--workers', workers];
    const preloaded = new URL('./tell_listening.mjs', import.meta.url).href;
    let sent = Number.NaN;
    const { code, stderr } = await bpftoken(args, {
      env: { NODE_OPTIONS: `--import ${preloaded}` },
      during: (child) => {
        child.stderr?.once('data', () => {
          setTimeout(() => {
            sent = performance.now();
            child.kill('SIGINT');
          }, READING_MS);
        });
      },
    });
    console.log(`${name}, ${workers} workers: ended ${Math.round(performance.now() - sent)} ms after Ctrl-C`);
    expect(stderr).toContain('interrupted');
    expect(code).toBe(130);
  },
);
