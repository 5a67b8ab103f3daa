// Vectors of sixteen bytes, one row per lane.

/** The same byte in every lane. */
// @ts-ignore: decorator
@inline
export function splat(byte: u32): v128 {
  return i8x16.splat(<i8>byte);
}

/** Interleaves the low halves of two vectors, byte by byte; four times in a row, this transposes rows of bytes to columns. */
// @ts-ignore: decorator
@inline
export function interleaveLow(a: v128, b: v128): v128 {
  return v128.shuffle<i8>(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}

/** Interleaves the high halves. */
// @ts-ignore: decorator
@inline
export function interleaveHigh(a: v128, b: v128): v128 {
  return v128.shuffle<i8>(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
}

/** Lanes of 255 where all the bits are set, else 0. */
// @ts-ignore: decorator
@inline
export function hasAll(values: v128, bits: v128): v128 {
  return i8x16.eq(v128.and(values, bits), bits);
}

/** Lanes of 255 where a mask has the bit of the lane's number (below 64), else 0; the mask begins at byte `from`. */
// @ts-ignore: decorator
@inline
export function hasBits(mask: v128, numbers: v128, from: v128): v128 {
  const bits = i8x16(1, 2, 4, 8, 16, 32, 64, -128, 0, 0, 0, 0, 0, 0, 0, 0);
  // Shifts lanes of sixteen bits, which takes half the instructions, and masks the bits of the neighbouring byte.
  const bytes = v128.and(i16x8.shr_u(numbers, 3), splat(7));
  return hasAll(i8x16.swizzle(mask, i8x16.add(bytes, from)), i8x16.swizzle(bits, v128.and(numbers, splat(7))));
}
