import { bitNumbers } from '../abi/bits.js';
import { MASK_ANY } from '../abi/bpf.js';
import { MASK_KIND, type MaskName } from '../kernel/masks.js';
import type { Profile } from '../kernel/profile.js';

/** The names of a mask's bits, by number; a bit that the kernel has no name for as its number. */
export function maskNames({ vocabulary }: Profile, mask: MaskName, bits: bigint): string[] {
  return bitNumbers(bits).map((bit) => vocabulary.nameOf(MASK_KIND[mask], bit));
}

/** `any`, `nothing`, or names. `any` has every bit that the kernel has a meaning for. */
export function describeMask(profile: Profile, mask: MaskName, bits: bigint): string {
  if (bits === 0n) return 'nothing';
  if (bits === MASK_ANY) return 'any';
  const known = profile.vocabulary.knownMask(MASK_KIND[mask]);
  if (bits === known) return 'any (every bit that the kernel knows)';
  return maskNames(profile, mask, bits).join(', ');
}
