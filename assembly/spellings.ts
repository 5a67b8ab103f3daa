// Tables of spellings: what texts stand for. A search makes no copy of the text, and is short whatever the texts are. Up to 15 bytes
// past a text are read.

import {
  MAX_PROBES,
  SLOT_HASH,
  SLOT_LENGTH,
  SLOT_SIZE,
  SLOT_TEXT,
  SLOT_VALUE,
} from '../src/abi/read_layout';

/** Instead of what a text stands for: it is not known. */
export const UNKNOWN_SPELLING: i32 = i32.MIN_VALUE;

const FIRST_FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
const SECOND_FACTOR: u64 = 0xc2b2_ae3d_27d4_eb4f;

/** The hash of a text of at least one byte. */
// @ts-ignore: decorator
@inline
function hashOf(text: usize, length: u32): u32 {
  let hash: u64 = length;
  if (length < 8) {
    hash ^= load<u64>(text) & (((<u64>1) << (length << 3)) - 1);
  } else {
    const last = text + length - 8;
    for (let at = text; at < last; at += 8) hash = (hash ^ load<u64>(at)) * FIRST_FACTOR;
    hash = rotl<u64>(hash, 29) ^ load<u64>(last);
  }
  hash = (hash ^ (hash >> 29)) * SECOND_FACTOR;
  return <u32>(hash >> 32);
}

/** Whether a text is the one of a slot, which is filled up with zeros to pieces of sixteen bytes. */
// @ts-ignore: decorator
@inline
function isText(text: usize, slotText: usize, length: u32): bool {
  let at: u32 = 0;
  for (; at + 16 <= length; at += 16) {
    if (v128.any_true(v128.xor(v128.load(text + at), v128.load(slotText + at)))) return false;
  }
  if (at == length) return true;
  const wanted = i8x16.lt_u(i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15), i8x16.splat(<i8>(length - at)));
  return !v128.any_true(v128.xor(v128.and(v128.load(text + at), wanted), v128.load(slotText + at)));
}

/** What a text of at least one byte stands for, or UNKNOWN_SPELLING. */
export function findSpelling(slots: usize, mask: u32, text: usize, length: u32): i32 {
  const slot = findSlot(slots, mask, text, length);
  return slot ? load<i32>(slot + SLOT_VALUE) : UNKNOWN_SPELLING;
}

/** Whether the text of a slot is what lies at an address. */
// @ts-ignore: decorator
@inline
export function isSlotAt(slot: usize, text: usize): bool {
  return isText(text, load<u32>(slot + SLOT_TEXT), load<u32>(slot + SLOT_LENGTH));
}

/** The slot of a text of at least one byte, or 0. */
// @ts-ignore: decorator
@inline
export function findSlot(slots: usize, mask: u32, text: usize, length: u32): usize {
  const hash = hashOf(text, length);
  let slot = slots + <usize>(hash & mask) * SLOT_SIZE;
  let slotText = <usize>load<u32>(slot + SLOT_TEXT);
  for (let probe = hash + 1; slotText; probe++) {
    if (load<u32>(slot + SLOT_HASH) == hash && load<u32>(slot + SLOT_LENGTH) == length && isText(text, slotText, length)) {
      return slot;
    }
    slot = slots + <usize>(probe & mask) * SLOT_SIZE;
    slotText = <usize>load<u32>(slot + SLOT_TEXT);
  }
  return 0;
}

/**
 * Puts a text that is not there, filled up with zeros to pieces of sixteen bytes, into a table that is not full. Returns false where
 * it would take a search too long.
 */
export function putSpelling(slots: usize, mask: u32, text: usize, length: u32, value: i32): bool {
  const hash = hashOf(text, length);
  for (let probe: u32 = 0; probe < <u32>MAX_PROBES; probe++) {
    const slot = slots + <usize>((hash + probe) & mask) * SLOT_SIZE;
    if (load<u32>(slot + SLOT_TEXT)) continue;
    store<u32>(slot + SLOT_HASH, hash);
    store<u32>(slot + SLOT_TEXT, <u32>text);
    store<u32>(slot + SLOT_LENGTH, length);
    store<i32>(slot + SLOT_VALUE, value);
    return true;
  }
  return false;
}
