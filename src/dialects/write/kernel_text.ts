import { bitNumbers } from '../../abi/bits.js';
import { MASK_ANY } from '../../abi/bpf.js';
import { MASK_KIND, type MaskName } from '../../kernel/masks.js';
import { parseDelegateMask } from '../../kernel/mount_options.js';
import type { Profile } from '../../kernel/profile.js';

/** Longest value that fsconfig() takes. */
const MAX_VALUE = 255;

/** A mask as the value of a mount option: `any`, names, or a number where a bit has no name or the names are too long. */
export function kernelText(profile: Profile, mask: MaskName, bits: bigint): string {
  if (bits === MASK_ANY) return 'any';
  const { vocabulary } = profile;
  const kind = MASK_KIND[mask];
  const text = bitNumbers(bits)
    .map((bit) => vocabulary.nameOf(kind, bit))
    .join(':');
  const isSame =
    text.length <= MAX_VALUE && profile.rules.delegate_names && parseDelegateMask(profile, mask, text) === bits;
  return isSame ? text : `0x${bits.toString(16)}`;
}
