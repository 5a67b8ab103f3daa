import type { MaskName } from '../kernel/masks.js';
import { delegateMaskItems } from '../kernel/mount_options.js';
import type { Profile } from '../kernel/profile.js';
import { maskOf, originsOf } from './build_mask.js';
import type { BitOrigin, DelegatedMask } from './delegation.js';
import { type PlacedText, piece } from './source_text.js';

/** A value of a mask option as the kernel takes it. */
export interface KernelMask {
  readonly mask: DelegatedMask;
  /** Items whose bits a later number took the place of. */
  readonly lost: readonly PlacedText[];
}

/** The item that the kernel refuses, and with what. */
export interface RefusedItem {
  readonly item: PlacedText;
  /** A negated errno. */
  readonly errno: number;
}

/** Reads the value of a mask option as bpf_parse_param() does; every bit keeps its place. */
export function readKernelMask(profile: Profile, mask: MaskName, value: PlacedText): KernelMask | RefusedItem {
  let origins: BitOrigin[] = [];
  let lost: PlacedText[] = [];
  const before: PlacedText[] = [];
  for (const item of delegateMaskItems(profile, mask, value.text)) {
    const at = piece(value, item.start, item.text.length);
    if (typeof item.effect === 'number') return { item: at, errno: item.effect };
    if (item.effect === 'replace') {
      // `any` has every bit: what it replaces is not lost.
      if (item.text !== 'any') lost = [...before];
      origins = [];
    }
    before.push(at);
    origins.push(...originsOf(item.bits, at));
  }
  return { mask: maskOf(origins, value.at), lost };
}
