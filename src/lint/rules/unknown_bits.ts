import { MASK_ANY } from '../../abi/bpf.js';
import { MASK_KIND, MASK_NAMES } from '../../kernel/masks.js';
import { KIND_LABEL } from '../../names/spelling.js';
import { delegationRule, type Found } from '../rule.js';

/** Bits past the last enumerator are stored, and no command asks for them. A later kernel gives them a meaning. */
export const unknownBits = delegationRule(
  'unknown-bits',
  'warning',
  'A number has bits for which the kernel has no name: they do nothing there, and something on a later kernel.',
  function* (delegation, { profile }): Iterable<Found> {
    for (const mask of MASK_NAMES) {
      const kind = MASK_KIND[mask];
      const { bits, origins } = delegation.masks[mask];
      const unknown = bits & ~profile.vocabulary.knownMask(kind) & MASK_ANY;
      const found = new Map<string, number[]>();
      for (const { bit, written } of origins) {
        if (written !== 'any' && (unknown >> BigInt(bit)) & 1n)
          found.set(written, [...(found.get(written) ?? []), bit]);
      }
      for (const [written, numbers] of found) {
        const at = origins.find((origin) => origin.written === written)?.at;
        const label = KIND_LABEL[kind];
        if (at)
          yield {
            at,
            message: `${profile.name} has no ${label} ${numbers.join(', ')}: ${written} has bits that do nothing`,
          };
      }
    }
  },
);
