import { Null, Table, vectorFromArray } from 'apache-arrow';
import { Footer } from 'apache-arrow/ipc/metadata/file';
import { Message } from 'apache-arrow/ipc/metadata/message';
import { describe, expect, it, test } from 'vitest';
import { type TableType, verifyFlatbuffer } from '../../src/tables/arrow/flatbuffer.js';
import { verifyFooter, verifyMessage } from '../../src/tables/arrow/verify.js';
import { RequestTableError } from '../../src/tables/request_table.js';
import { generateRequests } from '../../src/workload/generate_requests.js';
import { ipc, readFile, readStream } from '../tables/arrow/arrow_table.js';
import { smallWorld } from '../tables/small_world.js';
import { requestTable } from '../tables/written.js';

const world = smallWorld();

function written(isFile: boolean): Promise<Uint8Array> {
  return requestTable(world, isFile ? 'arrow' : 'arrows', generateRequests(world, 3, 20));
}

/** The metadata of each message of a stream, and where each lies. */
function messagesOf(stream: Uint8Array): { at: number; bytes: Uint8Array }[] {
  const view = new DataView(stream.buffer, stream.byteOffset, stream.length);
  const found = [];
  for (let at = 0; view.getInt32(at + 4, true) > 0; ) {
    const bytes = stream.slice(at + 8, at + 8 + view.getInt32(at + 4, true));
    found.push({ at: at + 8, bytes });
    at += 8 + bytes.length + Number(Message.decode(bytes).bodyLength);
  }
  return found;
}

/** The footer of a file, and where it lies. */
function footerOf(file: Uint8Array): { at: number; bytes: Uint8Array } {
  const length = new DataView(file.buffer, file.byteOffset, file.length).getInt32(file.length - 10, true);
  const at = file.length - 10 - length;
  return { at, bytes: file.slice(at, at + length) };
}

describe('a vector of Arrow metadata that claims more elements than it has bytes is refused before objects are made', () => {
  /** Each place in the metadata whose four bytes become a large number, and those where this is refused. */
  function refusedPlaces(metadata: Uint8Array, verify: (bytes: Uint8Array) => void): number[] {
    verify(metadata);
    const refused: number[] = [];
    for (let at = 3; at < metadata.length; at += 4) {
      const damaged = metadata.slice();
      damaged[at] = 8;
      try {
        verify(damaged);
      } catch (error) {
        expect(error).toBeInstanceOf(Error);
        expect(error).not.toBeInstanceOf(RangeError);
        refused.push(at);
      }
    }
    return refused;
  }

  it('whatever the message', async () => {
    const stream = await written(false);
    const messages = messagesOf(stream);
    expect(messages.length).toBeGreaterThan(3);
    for (const { at, bytes } of messages) {
      const refused = refusedPlaces(bytes, verifyMessage);
      // Offsets and lengths are much of the metadata.
      expect(refused.length).toBeGreaterThan(8);
      for (const place of refused) {
        const damaged = stream.slice();
        damaged[at + place] = 8;
        await expect(readStream(world, damaged)).rejects.toThrow(RequestTableError);
      }
    }
  });

  it('in the footer', async () => {
    const file = await written(true);
    const { at, bytes } = footerOf(file);
    expect(Footer.decode(bytes).numRecordBatches).toBe(1);
    for (const place of refusedPlaces(bytes, verifyFooter)) {
      const damaged = file.slice();
      damaged[at + place] = 8;
      expect(() => readFile(world, damaged)).toThrow(RequestTableError);
    }
  });
});

describe('a flatbuffer', () => {
  const NODE: TableType = [{ kind: 'tables', table: () => NODE }];

  /** Tables that each list the next one, repeatedly. */
  function chain(depth: number, times: number): Uint8Array {
    const tableBytes = 8 + 4 + 4 * times;
    const bytes = new Uint8Array(4 + 8 + depth * tableBytes);
    const view = new DataView(bytes.buffer);
    const vtable = 4;
    view.setUint32(0, 12, true);
    view.setUint16(vtable, 6, true);
    view.setUint16(vtable + 2, 8, true);
    view.setUint16(vtable + 4, 4, true);
    for (let i = 0; i < depth; i++) {
      const table = 12 + i * tableBytes;
      view.setInt32(table, table - vtable, true);
      view.setUint32(table + 4, 4, true);
      const isLast = i === depth - 1;
      view.setUint32(table + 8, isLast ? 0 : times, true);
      for (let k = 0; k < times; k++) view.setUint32(table + 12 + 4 * k, tableBytes - 12 - 4 * k, true);
    }
    return bytes;
  }

  it('may share tables, but not so that few bytes become many', () => {
    verifyFlatbuffer(chain(60, 1), NODE);
    verifyFlatbuffer(chain(2, 3), NODE);
    expect(() => verifyFlatbuffer(chain(60, 2), NODE)).toThrow('the same parts over and over');
  });

  it('may not have tables in tables without end', () => {
    expect(() => verifyFlatbuffer(chain(70, 1), NODE)).toThrow('more than 64 deep');
  });
});

test('a footer that names the same record batch again and again is refused', async () => {
  const file = await written(true);
  const { at, bytes } = footerOf(file);
  const { schema, ...footer } = Footer.decode(bytes);
  const decoded = Footer.decode(bytes);
  const [block] = [...decoded.recordBatches()];
  const again = (times: number): Uint8Array => {
    const blocks = Array.from({ length: times }, () => block);
    const encoded = Footer.encode(
      new Footer(schema, footer.version, blocks as never, [...decoded.dictionaryBatches()]),
    );
    const length = new Uint8Array(Int32Array.of(encoded.length).buffer);
    return Buffer.concat([file.subarray(0, at), encoded, length, Buffer.from('ARROW1')]);
  };
  expect(readFile(world, again(1)).rows).toHaveLength(20);
  expect(() => readFile(world, again(10))).toThrow('its footer names the same bytes several times');
});

test('a table whose request columns are all of type null has no rows without end', async () => {
  const empty = new Table({
    task: vectorFromArray([null, null], new Null()),
    cmd: vectorFromArray([null, null], new Null()),
  });
  await expect(readStream(world, ipc(empty, 'stream'))).rejects.toThrow('are of type null');
  expect(() => readFile(world, ipc(empty, 'file'))).toThrow('are of type null');
});
