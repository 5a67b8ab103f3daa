import { MASK_ANY } from '../../abi/bpf.js';
import { MASK_NAMES } from '../../kernel/masks.js';
import { type Found, placeOf, wholeMaskRule } from '../rule.js';

/** Bits of the other masks up to which little is meant. */
const FEW = 6;

/** `any` has all 64 bits: also those that a later kernel gives a meaning. */
export const anyBesideLittle = wholeMaskRule(
  'any-beside-little',
  'security',
  'One mask is any where the others name a few bits: it allows all that the kernel has, and what later kernels bring.',
  function* (delegation): Iterable<Found> {
    const { masks } = delegation;
    const narrow = MASK_NAMES.filter((mask) => {
      const { bits, origins } = masks[mask];
      return bits !== 0n && bits !== MASK_ANY && origins.length <= FEW;
    });
    for (const mask of MASK_NAMES) {
      if (masks[mask].bits !== MASK_ANY || narrow.length === 0) continue;
      // Of attach types only those count that program types fit: see types-never-meet.
      const others = narrow.map((other) => `delegate_${other}`).join(', ');
      const message = `delegate_${mask} is any, and ${others} ${narrow.length === 1 ? 'names' : 'name'} a few bits: name what is used`;
      yield { at: placeOf(delegation, mask, 0), message };
    }
  },
);
