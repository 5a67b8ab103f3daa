import { deepStrictEqual } from 'node:assert/strict';
import {
  CompressionType,
  compressionRegistry,
  Field,
  Float64,
  Int32,
  List,
  RecordBatchFileWriter,
  RecordBatchStreamWriter,
  Table,
  vectorFromArray,
} from 'apache-arrow';
import lz4 from 'lz4-napi';
import { beforeAll, describe, expect, it, test } from 'vitest';
import { ArrowEncoder } from '../../../src/tables/arrow/encoder.js';
import { decompress } from '../../../src/tables/columnar/compression.js';
import { RequestTableError } from '../../../src/tables/request_table.js';
import { generateRequests } from '../../../src/workload/generate_requests.js';
import { cases } from '../../cases.js';
import { rowsOf, smallWorld } from '../small_world.js';
import { recordBatch, requestTable } from '../written.js';
import { ipc, readFile, readStream, vectorOf } from './arrow_table.js';
import { rawZstd } from './raw_zstd.js';

const world = smallWorld();
/** Bytes at the end of a stream. */
const END_MARK = 8;
const chunks = [...generateRequests(world, 7, 500, { chunkRows: 100 })];

/** Generated requests as our own writer has them. */
const OURS = {
  file: await requestTable(world, 'arrow', chunks),
  stream: await requestTable(world, 'arrows', chunks),
};

/** A table of one column each of tasks and commands, besides what is given. */
function table(more: Record<string, unknown> = {}): Table {
  const named = { task: vectorOf('utf8', ['agent', 'root']), cmd: vectorOf('dict_int8', ['btf_load', 'map_create']) };
  return new Table({ ...named, ...more } as never);
}

test('our own tables give back what was written, as a file, a stream, and a file that comes as a stream', async () => {
  const expected = rowsOf(chunks);
  expect(readFile(world, OURS.file).rows).toEqual(expected);
  expect((await readStream(world, OURS.stream)).rows).toEqual(expected);
  expect((await readStream(world, OURS.file, 13)).rows).toEqual(expected);
});

describe('what is cut off is told, wherever it is cut', () => {
  const file = OURS.file;
  const stream = OURS.stream;
  const places = (length: number): number[] => [
    0,
    1,
    7,
    8,
    9,
    ...Array.from({ length: 60 }, (_, i) => Math.floor((length * i) / 60)),
    length - 1,
  ];

  it('a file', () => {
    for (const cut of places(file.length)) {
      expect(() => readFile(world, file.subarray(0, cut)), `cut at ${cut}`).toThrow(/^t: the Arrow file is cut off/);
    }
  });

  it('a stream, also between two batches', async () => {
    const between = await Promise.all(
      [0, 1, 2, 3, 4, 5].map(
        async (count) => (await requestTable(world, 'arrows', chunks.slice(0, count))).length - END_MARK,
      ),
    );
    for (const cut of [...places(stream.length), ...between]) {
      const reading = readStream(world, stream.subarray(0, cut));
      await expect(reading, `cut at ${cut}`).rejects.toThrow(
        cut === 0 ? /^t: the table is empty/ : /cut off after [\d,]+ rows/,
      );
    }
  });
});

test('bytes that are changed give other rows or an error in words, and never anything else', async () => {
  const sound = { file: OURS.file, stream: OURS.stream };
  let refused = 0;
  for (let i = 0; i < cases(70, 200); i++) {
    for (const [kind, bytes] of Object.entries(sound)) {
      const broken = Uint8Array.from(bytes);
      // Metadata is where it hurts: the first bytes and the last.
      const at = i % 3 === 0 ? (i * 7919) % broken.length : i % 3 === 1 ? i * 2 : broken.length - 1 - i * 2;
      broken[at] = (broken[at] as number) ^ (1 << (i % 8)) ^ (i % 5 === 0 ? 0xff : 0);
      try {
        if (kind === 'file') readFile(world, broken);
        else await readStream(world, broken, 1 << 16);
      } catch (error) {
        expect(error, `${kind}, byte ${at}`).toBeInstanceOf(RequestTableError);
        refused += 1;
      }
    }
  }
  expect(refused).toBeGreaterThan(cases(10, 30));
});

describe('tables that are none of requests', () => {
  it.each([
    ['no task', new Table({ cmd: vectorOf('utf8', ['btf_load']) }), 't: the table has no task column: it has cmd'],
    [
      'no command',
      new Table({ task: vectorOf('utf8', ['root']), CMDS: vectorOf('int8', [1]) }),
      't: the table has no cmd column: it has task, CMDS',
    ],
    ['a column twice', table({ Task: vectorOf('utf8', ['agent', 'root']) }), 't: the table has two columns named task'],
    [
      'a float',
      table({ token: vectorFromArray([1, 2], new Float64()) }),
      't: column token is Float64: integers, utf8, or a dictionary of either can be read',
    ],
    [
      'a list',
      table({ map_type: vectorFromArray([[1], [2]], new List(new Field('item', new Int32()))) }),
      't: column map_type is List<Int32>: integers, utf8, or a dictionary of either can be read',
    ],
    [
      'a truth value',
      table({ pre: vectorOf('bool', [1, 0]) }),
      't: column pre is Bool: integers, utf8, or a dictionary of either can be read',
    ],
  ])('%s', async (_, given, message) => {
    expect(() => readFile(world, ipc(given, 'file'))).toThrow(message);
    await expect(readStream(world, ipc(given, 'stream'))).rejects.toThrow(message);
  });

  it('what is no Arrow at all', async () => {
    const csv = new TextEncoder().encode('task,cmd\nroot,btf_load\n');
    await expect(readStream(world, csv)).rejects.toThrow('t: this is no Arrow IPC stream');
    expect(() => readFile(world, csv)).toThrow('t: the Arrow file is cut off');
  });
});

test('other columns are noted or passed over, whatever they are', async () => {
  const given = table({
    verdict: vectorOf('utf8', ['allowed', 'denied']),
    tokn: vectorFromArray([[1], [2, 3]], new List(new Field('item', new Int32()))),
    token: vectorOf('utf8', ['full', null]),
  });
  for (const { rows, problems } of [
    readFile(world, ipc(given, 'file')),
    await readStream(world, ipc(given, 'stream')),
  ]) {
    expect(rows.map(({ task, token }) => [task, token])).toEqual([
      [1, 0],
      [0, 65_535],
    ]);
    expect(problems.unknownColumns).toEqual([{ name: 'tokn', nearest: 'token' }]);
  }
});

test('an empty table, and batches without rows', async () => {
  const empty = table().slice(0, 0) as Table;
  expect(readFile(world, ipc(empty, 'file')).rows).toEqual([]);
  expect((await readStream(world, ipc(empty, 'stream'))).rows).toEqual([]);
  const encoder = new ArrowEncoder(
    [
      { name: 'task', holds: 'names', names: [], bytes: 4 },
      { name: 'cmd', holds: 'names', names: [], bytes: 4 },
    ],
    true,
  );
  const cells = (...data: number[]) => ({ data: Int32Array.from(data), valid: new Uint8Array(), empty: 0 });
  const bytes = Buffer.concat([
    encoder.start(),
    encoder.names(0, ['root']),
    recordBatch(encoder, 0, [cells(), cells()]),
    encoder.names(0, ['agent']),
    encoder.names(1, ['btf_load']),
    recordBatch(encoder, 2, [cells(1, 0), cells(0, 0)]),
    recordBatch(encoder, 0, [cells(), cells()]),
    encoder.end(),
  ]);
  expect(readFile(world, bytes).rows.map(({ task }) => task)).toEqual([1, 0]);
  expect((await readStream(world, bytes)).rows.map(({ task }) => task)).toEqual([1, 0]);
});

test('a dictionary that grows counts on, and one that is replaced starts over', async () => {
  const columns = [
    { name: 'task', holds: 'names', names: [], bytes: 4 },
    { name: 'cmd', holds: 'names', names: [], bytes: 4 },
  ] as const;
  const cells = (...data: number[]) => ({ data: Int32Array.from(data), valid: new Uint8Array(), empty: 0 });
  const encoder = new ArrowEncoder(columns, false);
  const other = new ArrowEncoder(columns, false);
  const parts = [
    encoder.start(),
    encoder.names(0, ['root']),
    encoder.names(1, ['btf_load']),
    recordBatch(encoder, 1, [cells(0), cells(0)]),
    encoder.names(0, ['nobody', 'agent']),
    recordBatch(encoder, 3, [cells(2, 1, 0), cells(0, 0, 0)]),
    // One that has begun no dictionary writes whole ones.
    other.names(0, ['agent']),
    recordBatch(encoder, 2, [cells(0, 1), cells(0, 0)]),
    encoder.end(),
  ];
  await expect(readStream(world, Buffer.concat(parts))).rejects.toThrow(
    't: row 6: task is entry 1, and the dictionary has 1',
  );
  parts[7] = recordBatch(encoder, 1, [cells(0), cells(0)]);
  expect((await readStream(world, Buffer.concat(parts))).rows.map(({ task }) => task)).toEqual([0, 1, 3, 0, 1]);
});

describe('compressed buffers', () => {
  beforeAll(() => {
    const encodeLz4 = (bytes: Uint8Array): Uint8Array => lz4.compressFrameSync(Buffer.from(bytes));
    compressionRegistry.set(CompressionType.LZ4_FRAME, { encode: encodeLz4 });
    compressionRegistry.set(CompressionType.ZSTD, { encode: rawZstd });
  });

  it.each([
    ['lz4', CompressionType.LZ4_FRAME],
    ['zstd', CompressionType.ZSTD],
  ])('%s', async (_, compressionType) => {
    const rows = 4000;
    const tasks = Array.from({ length: rows }, (__, row) => ['root', 'agent', null, 'agnet'][row % 4] as string);
    const given = new Table({
      task: vectorOf('dict_int32', tasks),
      cmd: vectorOf(
        'utf8',
        tasks.map(() => 'btf_load'),
      ),
      pre: vectorOf(
        'int8',
        tasks.map(() => 3),
      ),
    });
    const bytes = (['file', 'stream'] as const).map((kind) => {
      const options = { compressionType } as never;
      const writer = kind === 'file' ? new RecordBatchFileWriter(options) : new RecordBatchStreamWriter(options);
      writer.write(given as never);
      writer.finish();
      return writer.toUint8Array(true);
    }) as [Uint8Array, Uint8Array];
    const plain = readFile(world, ipc(given, 'file'));
    expect(plain.problems.rows).toBe(rows / 2);
    expect(plain.rows[5]?.pre).toBe(3);
    // Where expect() would take most of the test's time.
    deepStrictEqual(readFile(world, bytes[0]), plain);
    deepStrictEqual(await readStream(world, bytes[1]), plain);
    // A frame that is broken is told.
    const magic = compressionType === CompressionType.ZSTD ? [0x28, 0xb5, 0x2f, 0xfd] : [0x04, 0x22, 0x4d, 0x18];
    const at = Buffer.from(bytes[0]).indexOf(Buffer.from(magic));
    expect(at).toBeGreaterThan(0);
    bytes[0].fill(0x55, at, at + 4);
    expect(() => readFile(world, bytes[0])).toThrow(/^t: a buffer compressed with (lz4|zstd) cannot be read: /);
  });

  it('frames of the formats’ own programs', () => {
    const text = Array.from({ length: 200 }, (_, i) => `agent,${(i * i) % 97};`).join('');
    const zstd =
      'KLUv/WTmBb0EAIILGRDQFw4FqC5oHyllkimlOhAtwlyf8C37o5pjDldeqg2Gq7zsVe0KhORDIgtZtEu3009maW8J1UhHpkaodRpL/k+bdC8iLURDOQXiqlf2q8IF00rxK8AZmx355Vf4lScEwGEQxRBgqCBKtxmgHXYDElDg77X//x2Ju4YVGznEkeZbCjaLRBtgX0b0N8mEiUi053MBLQXaR79j';
    const frame =
      'BCJNGGRAp5ABAACCYWdlbnQsMDsIABMxCAATNAgAEzkIACMxNgkAIzI1CQAUMxIAFDQkABQ2NQAUOEYAEzMsABQyGgAjNDcSACM3MgkABAgAFDM0ABQ2EgAVOWoABEcAFTemAAQkABQ1GwAVOY4ABGsAFDlRABU0JAAEGwAUNUgAEziFABQ2awAUMqAAFDgbABQ1NQAUMnQAFTjwAARiABQzPwAUMRIAFDiPABQ2CQAUNFEAFDNIABQxEgAEIwAUOakAFDhQABQ3awAVNxIABCQABgkABRsABC0ABT8ABVEABGIABXMABYUABZcABakABbsABc0ABd8AFTbfAARrAAUVAQUnAQU5AQVLAQVdAQTwAAV/ARQ5XAEGowEEYgAUNBsABdkBBesBFDFBAQUPAhQzDAEFMwIFRQIFVwIFNQAECQAFiwIFnQIERgAFvwIF0QIF4wIF9QIFBwMFGQMEEwEEuQAEygAEbAIEEAAEIAAEMAAFQQAFUwAFZQAFdwAFiQAFmwAErAAFvQAFzwAPWgP///8BUHQsMjU7AAAAANbb+3w=';
    const bytes = (base64: string): Uint8Array => Uint8Array.from(Buffer.from(base64, 'base64'));
    expect(new TextDecoder().decode(decompress('zstd', bytes(zstd), text.length))).toBe(text);
    expect(new TextDecoder().decode(decompress('lz4', bytes(frame), text.length))).toBe(text);
  });
});
