import fc from 'fast-check';

// fast-check's own unit 'binary' takes more than a second to be made.
const anyCodePoint = fc
  .oneof(fc.nat(0x7f), fc.nat(0xd7ff), fc.integer({ min: 0xe000, max: 0x10ffff }))
  .map((point) => String.fromCodePoint(point));

/** Texts of any code points that UTF-8 has, ASCII more often. */
export function anyCodePoints(maxLength?: number): fc.Arbitrary<string> {
  return fc.string({ unit: anyCodePoint, ...(maxLength === undefined ? {} : { maxLength }) });
}
