import fc from 'fast-check';

/**
 * Any code point but those of surrogates, half of the time one of the first 256, with most of the controls. As a unit of
 * fc.string(): preparing its own unit of this kind, 'binary', takes seconds.
 */
export const anyCharacter: fc.Arbitrary<string> = fc
  .oneof(fc.integer({ min: 0, max: 0xff }), fc.integer({ min: 0, max: 0x10_ffff - 0x800 }))
  .map((number) => String.fromCodePoint(number < 0xd800 ? number : number + 0x800));
