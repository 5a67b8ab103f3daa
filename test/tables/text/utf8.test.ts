import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeUtf8 } from '../../../src/tables/text/utf8.js';

test('bytes that are decoded are copied where they are kept: a source may write over each piece before it gives the next', async () => {
  const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
  await fc.assert(
    fc.asyncProperty(
      fc.string({ unit: fc.constantFrom('a', 'ä', '€', '😀', '\n'), maxLength: 60 }),
      fc.infiniteStream(fc.nat(9)),
      async (text, sizes) => {
        const bytes = bytesOf(text);
        const buffer = Buffer.alloc(10);
        const pieces = async function* () {
          for (let at = 0; at < bytes.length; ) {
            const size = Math.min(1 + (sizes.next().value as number), bytes.length - at);
            buffer.set(bytes.subarray(at, at + size));
            yield buffer.subarray(0, size);
            buffer.fill(0xa5);
            at += size;
          }
        };
        let decoded = '';
        for await (const piece of decodeUtf8(pieces())) decoded += piece;
        expect(decoded).toBe(text);
      },
    ),
  );
});
