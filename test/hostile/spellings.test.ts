import { expect, test } from 'vitest';
import { nearestOf } from '../../src/names/nearest.js';
import { commandFields } from '../../src/request/command_fields.js';
import { ByteMap, byteWords, MISSING } from '../../src/tables/text/byte_map.js';
import { RowReader } from '../../src/tables/text/row_reader.js';
import { smallWorld } from '../tables/small_world.js';

/** Texts of 8 * `pairs` bytes that all have the same hash: to turn a word's highest bit turns two bits of the next step. */
function likeTexts(pairs: number): Uint8Array {
  const texts = 2 ** pairs;
  const bytes = new Uint8Array(texts * 8 * pairs);
  const view = new DataView(bytes.buffer);
  for (let text = 0; text < texts; text++) {
    for (let pair = 0; pair < pairs; pair++) {
      const turned = (text >> pair) & 1;
      const at = (text * pairs + pair) * 8;
      view.setUint32(at, turned ? 0xe1e2_e3e4 : 0x61e2_e3e4);
      view.setUint32(at + 4, turned ? 0xe2e2_e3e4 : 0x62e3_e3e4);
    }
  }
  return bytes;
}

test('spellings that were chosen for their hash are not searched from end to end', () => {
  const pairs = 12;
  const length = 8 * pairs;
  const text = byteWords(likeTexts(pairs));
  const names = new ByteMap();
  let remembered = 0;
  for (let i = 0; i < 2 ** pairs; i++) {
    const start = i * length;
    expect(names.find(text.words, start, start + length)).toBe(MISSING);
    if (names.add(text, start, start + length, i)) remembered += 1;
  }
  expect(remembered).toBeLessThanOrEqual(256);
  for (let i = 0; i < 2 ** pairs; i++) {
    const found = names.find(text.words, i * length, (i + 1) * length);
    expect(found === i || found === MISSING).toBe(true);
  }
});

test('other spellings are remembered, as many as there can be', () => {
  const encoder = new TextEncoder();
  const names = new ByteMap();
  for (let i = 0; i < 1 << 17; i++) {
    const bytes = byteWords(encoder.encode(`task ${i}`));
    if (!names.add(bytes, 0, bytes.bytes.length, i)) throw new Error(`task ${i} is not remembered`);
  }
  const last = byteWords(encoder.encode('task 131071'));
  expect(names.find(last.words, 0, last.bytes.length)).toBe(131_071);
});

const WORD = (1n << 64n) - 1n;
/** What the Wasm module's hash makes of the words of a text but the last. */
function mixed(words: readonly bigint[], length: number): bigint {
  const hash = words.reduce((so, word) => ((so ^ word) * 0x9e37_79b9_7f4a_7c15n) & WORD, BigInt(length));
  return ((hash << 29n) | (hash >> 35n)) & WORD;
}

/** The text of some words and of one more, which gives it a wanted hash. */
function textOf(words: readonly bigint[], wanted: bigint): Uint8Array {
  const length = 8 * (words.length + 1);
  const view = new DataView(new ArrayBuffer(length));
  for (const [i, word] of [...words, mixed(words, length) ^ wanted].entries()) view.setBigUint64(8 * i, word, true);
  return new Uint8Array(view.buffer);
}

/** Texts of 16 bytes that all have the same hash. */
function collidingTexts(count: number): Uint8Array[] {
  return Array.from({ length: count }, (_, i) => textOf([BigInt(i) * 0x0101_0101_0101n], 0x1234_5678_9abc_def0n));
}

/** Whether a line of CSV can have a text as it is. */
const isPlain = (bytes: Uint8Array): boolean => !/[\n\r",]/.test(Buffer.from(bytes).toString('latin1'));

/** Every text of a list as the task of a row, read by the Wasm module: how often each was looked up as text. */
function lookUps(texts: readonly Uint8Array[], times: number): { asked: number; ids: number[] } {
  let asked = 0;
  const byText = new Map(texts.map((bytes, id) => [Buffer.from(bytes).toString('latin1'), id]));
  const decoder = new TextDecoder('latin1');
  const task = {
    idOf: () => {
      asked += 1;
      return byText.get(current) ?? -2;
    },
  };
  let current = '';
  const cmd = { idOf: () => 0 };
  const mapType = { idOf: () => 0 };
  const none = { idOf: () => -1 };
  const spellings = [task, none, cmd, mapType, none, none, undefined, none, none] as never;
  const reader = new RowReader({ fields: commandFields(smallWorld().profile.vocabulary), spellings }, 16);
  reader.begin();
  reader.setFields([0, 2, 3]);
  const ids: number[] = [];
  for (let time = 0; time < times; time++) {
    for (const text of texts) {
      current = decoder.decode(text);
      const line = Buffer.concat([text, Buffer.from(',c,m\n')]);
      reader.text.set(line);
      const read = reader.read('csv', { at: 0, end: line.length, stop: line.length, number: 1 }, 0);
      // One that is not remembered is left to the caller, as cells.
      ids.push(read.row === 1 ? (reader.storage.columns.task[0] as number) : task.idOf());
    }
  }
  return { asked, ids };
}

test('spellings that the Wasm module cannot tell by their hash are found as far as a search may go', () => {
  const texts = collidingTexts(300).filter(isPlain);
  const { ids } = lookUps(texts, 2);
  expect(ids).toEqual([...texts.keys(), ...texts.keys()]);
  const { asked } = lookUps(texts, 2);
  // 64 are remembered, and asked for once; each of the others is asked for again and again, here and by the caller.
  expect(asked).toBe(64 + 4 * (texts.length - 64));
});

test('a spelling that begins with another one of the same hash is not that one', () => {
  const wanted = 0x1234_5678_9abc_def0n;
  const pairs = Array.from({ length: 50 }, (_, i): Uint8Array[] => {
    const first = BigInt(i + 1) * 0x0202_0303_0404n;
    const short = textOf([first], wanted + BigInt(i));
    const second = new DataView(short.buffer).getBigUint64(8, true);
    return [textOf([first, second], wanted + BigInt(i)), short];
  }).filter((pair) => pair.every(isPlain));
  expect(pairs.length).toBeGreaterThan(20);
  const texts = pairs.flat();
  const { asked, ids } = lookUps(texts, 2);
  expect(ids).toEqual([...texts.keys(), ...texts.keys()]);
  expect(asked).toBe(texts.length);
});

test('the Wasm module remembers other spellings, as many as there can be, and none longer than 256 bytes', () => {
  const names = Array.from({ length: 65_536 }, (_, i) => Buffer.from(`task ${i}`));
  const { asked, ids } = lookUps(names, 2);
  expect(asked).toBe(names.length);
  expect(ids.every((id, i) => id === i % names.length)).toBe(true);
  const long = [Buffer.alloc(256, 'a'), Buffer.alloc(257, 'b')];
  expect(lookUps(long, 3).asked).toBe(1 + 2 * 3);
});

test('a name of a megabyte is not compared with every name there is', () => {
  const names = Array.from({ length: 60_000 }, (_, i) => `task-${i}`);
  expect(nearestOf('x'.repeat(1 << 20), names)).toBeUndefined();
  expect(nearestOf('tsk-77', names)).toBe('task-77');
});
