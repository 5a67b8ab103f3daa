import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DecodeBuffer } from '../../../src/tables/columnar/decode_buffer.js';
import { smallWorld } from '../small_world.js';

const decodeBuffer = new DecodeBuffer(smallWorld(), new Set(['cmd']));
const MAX_I32 = 0x7fff_ffff;

test('a number has its code in the table, and one past the table that of its last entry', () => {
  const number = fc.oneof(fc.integer({ min: 0, max: 100 }), fc.integer({ min: -MAX_I32 - 1, max: MAX_I32 }));
  fc.assert(
    fc.property(
      // Tables of up to 80 codes are looked up in another way than longer ones.
      fc.integer({ min: 1, max: 100 }).chain((length) => fc.uint8Array({ minLength: length, maxLength: length })),
      fc.array(number, { maxLength: 70 }),
      (table, numbers) => {
        decodeBuffer.setTable('cmd', table);
        decodeBuffer.cells('cmd', 4 * numbers.length).set(new Uint8Array(Int32Array.from(numbers).buffer));
        decodeBuffer.lookUp('cmd', { kind: 'numbers', bytes: 4, isSigned: true }, numbers.length);
        const expected = numbers.map((n) => table[n >= 0 && n < table.length ? n : table.length - 1]);
        expect([...decodeBuffer.codes('cmd').subarray(0, numbers.length)]).toEqual(expected);
      },
    ),
    { numRuns: 2000 },
  );
});
