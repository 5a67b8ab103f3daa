import { MASK_ANY } from '../../abi/bpf.js';
import { MASK_KIND, MASK_NAMES } from '../../kernel/masks.js';
import { delegationRule, type Found, hasBit, listed } from '../rule.js';

/** Numbers with fewer bits are chosen. */
const LEAST = 0xffffn;

/**
 * A number whose lowest bits are all set is meant as all of them. Masks have 64 bits. Nothing is mended: `any` delegates more, and what
 * later kernels add.
 */
export const maskTakenForAll = delegationRule(
  'mask-taken-for-all',
  'error',
  'A number such as 0xffffffff is taken for all bits, and the kernel has more.',
  function* (delegation, { profile: { vocabulary } }): Iterable<Found> {
    for (const mask of MASK_NAMES) {
      const { origins } = delegation.masks[mask];
      for (const written of new Set(origins.map((origin) => origin.written))) {
        const bits = /^\+?\d/.test(written) ? numberOf(written) : 0n;
        if (bits < LEAST || bits === MASK_ANY || (bits & (bits + 1n)) !== 0n) continue;
        const kind = MASK_KIND[mask];
        const missing = vocabulary
          .names(kind)
          .filter((name) => !hasBit(delegation.masks[mask], vocabulary.require(kind, name)));
        const at = origins.find((origin) => origin.written === written)?.at;
        if (missing.length === 0 || !at) continue;
        const message = `${written} is not all of delegate_${mask}: ${listed(missing, 8)} ${missing.length === 1 ? 'is' : 'are'} missing; any has every bit`;
        yield { at, message };
      }
    }
  },
);

function numberOf(written: string): bigint {
  const digits = written.replace(/^\+/, '');
  return BigInt(/^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits);
}
