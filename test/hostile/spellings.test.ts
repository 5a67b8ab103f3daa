import { expect, test } from 'vitest';
import { nearestOf } from '../../src/names/nearest.js';
import { ByteMap, byteWords, MISSING } from '../../src/tables/text/byte_map.js';

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

test('a name of a megabyte is not compared with every name there is', () => {
  const names = Array.from({ length: 60_000 }, (_, i) => `task-${i}`);
  expect(nearestOf('x'.repeat(1 << 20), names)).toBeUndefined();
  expect(nearestOf('tsk-77', names)).toBe('task-77');
});
