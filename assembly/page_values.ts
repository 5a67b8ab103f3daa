// Turns cells of output columns into the values of Parquet pages. Addresses are those of an encode buffer
// (src/tables/columnar/encode_buffer.ts) and of the pages after it (src/tables/parquet/row_group_encoder.ts). A cell is given where
// its bit in `valid` is 1; without `valid`, all are.

/** Values of a group that is packed bit by bit. */
const GROUP: u32 = 8;
/** Most groups after a head of one byte. */
const MOST_GROUPS: u32 = 63;

// @ts-ignore: decorator
@inline
function numberAt(bytes: u32, data: usize, row: u32): u32 {
  if (bytes == 1) return load<u8>(data + row);
  if (bytes == 2) return load<u16>(data + (<usize>row << 1));
  return load<u32>(data + (<usize>row << 2));
}

/** Writes a number, and marks it in `used`, where that is given. Returns where the next one goes. */
// @ts-ignore: decorator
@inline
function take(number: u32, used: usize, to: usize): usize {
  store<u32>(to, number);
  if (used) store<u8>(used + number, 1);
  return to + 4;
}

/**
 * Writes the numbers of given cells, of 1, 2 or 4 bytes, one after the other, four bytes each. With `used`, a byte there becomes 1 for
 * each number. Returns how many.
 */
export function gatherNumbers(bytes: u32, data: usize, valid: usize, used: usize, to: usize, rows: u32): u32 {
  let at = to;
  for (let row: u32 = 0; row < rows; row += 8) {
    const end = min(rows, row + 8);
    let bits: u32 = valid ? load<u8>(valid + (row >> 3)) : 255;
    if (bits == 255) {
      for (let given = row; given < end; given++) at = take(numberAt(bytes, data, given), used, at);
      continue;
    }
    // Bits past the last row are 0.
    for (; bits; bits &= bits - 1) at = take(numberAt(bytes, data, row + ctz<u32>(bits)), used, at);
  }
  return <u32>((at - to) >> 2);
}

/** Replaces numbers of four bytes by what a table has for them. */
export function mapNumbers(numbers: usize, table: usize, count: u32): void {
  const end = numbers + (<usize>count << 2);
  for (let at = numbers; at < end; at += 4) store<u32>(at, load<u32>(table + (<usize>load<u32>(at) << 2)));
}

/** Writes a number seven bits at a time, the lowest first; returns where it ends. */
function varint(number: u32, to: usize): usize {
  let rest = number;
  let at = to;
  for (; rest > 0x7f; rest >>= 7) store<u8>(at++, <u8>(rest | 0x80));
  store<u8>(at++, <u8>rest);
  return at;
}

/** How many values from `at` on are the same, up to `end`. */
// @ts-ignore: decorator
@inline
function runOf(values: usize, at: u32, end: u32): u32 {
  const first = load<u32>(values + (<usize>at << 2));
  let next = at + 1;
  while (next < end && load<u32>(values + (<usize>next << 2)) == first) next += 1;
  return next - at;
}

/** Packs a group from `at` on; past `end`, values are 0. Returns where it ends. */
function packGroup(values: usize, at: u32, end: u32, width: u32, to: usize): usize {
  let bits: u64 = 0;
  let held: u32 = 0;
  let out = to;
  for (let i: u32 = 0; i < GROUP; i++) {
    const value: u64 = at + i < end ? <u64>load<u32>(values + (<usize>(at + i) << 2)) : 0;
    bits |= value << held;
    held += width;
    while (held >= 8) {
      store<u8>(out++, <u8>bits);
      bits >>= 8;
      held -= 8;
    }
  }
  return out;
}

/**
 * Writes values of four bytes, each below 2^width, as runs and packed groups (the hybrid of apache/parquet-format's Encodings.md). A run
 * has at least a group's values. Returns where they end.
 */
export function writeHybrid(values: usize, count: u32, width: u32, to: usize): usize {
  let out = to;
  for (let at: u32 = 0; at < count; ) {
    const run = runOf(values, at, count);
    if (run >= GROUP || at + run == count) {
      out = varint(run << 1, out);
      const value = load<u32>(values + (<usize>at << 2));
      for (let bits: u32 = 0; bits < width; bits += 8) store<u8>(out++, <u8>(value >> bits));
      at += run;
      continue;
    }
    const head = out++;
    let groups: u32 = 0;
    while (groups < MOST_GROUPS && at < count && (groups == 0 || runOf(values, at, min(count, at + GROUP)) < GROUP)) {
      out = packGroup(values, at, count, width, out);
      at += GROUP;
      groups += 1;
    }
    store<u8>(head, <u8>((groups << 1) | 1));
  }
  return out;
}
