import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ColumnCells } from '../../../src/tables/columnar/cells.js';

/** Texts with a byte or two of others between them: some valid, some cut in the middle of a character, some no UTF-8 at all. */
const bytes = fc.oneof(
  fc.string({ unit: 'grapheme-ascii', maxLength: 8 }).map((text) => Buffer.from(text)),
  fc.string({ unit: 'grapheme', maxLength: 4 }).map((text) => Buffer.from(text)),
  fc.uint8Array({ maxLength: 4 }).map((some) => Buffer.from(some)),
);

test('a text is what its own bytes are, whatever lies beside it', () => {
  fc.assert(
    fc.property(fc.array(bytes, { maxLength: 6 }), fc.nat(3), (texts, before) => {
      const offsets = new Int32Array(texts.length + 1);
      offsets[0] = before;
      texts.forEach((text, i) => {
        offsets[i + 1] = (offsets[i] as number) + text.length;
      });
      const cells = new ColumnCells(
        { kind: 'texts', offsetBytes: 4 },
        { data: new Uint8Array(Buffer.concat(texts)), offsets: new Uint8Array(offsets.buffer) },
      );
      const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
      expect(texts.map((_, i) => cells.at(i))).toEqual(texts.map((text) => decoder.decode(text)));
    }),
    { numRuns: 2000 },
  );
});
