import { bitNumbers } from '../abi/bits.js';
import type { BitOrigin, DelegatedMask } from './delegation.js';
import type { PlacedText, Span } from './source_text.js';

/** The bits of a mask, all of which come from one text. */
export function originsOf(bits: bigint, { text, at }: PlacedText): BitOrigin[] {
  return bitNumbers(bits).map((bit) => ({ bit, written: text, at }));
}

/** A mask of bits and their places: of a bit that is written twice, the first place. */
export function maskOf(origins: readonly BitOrigin[], at: Span | undefined): DelegatedMask {
  const first = new Map<number, BitOrigin>();
  for (const origin of origins) if (!first.has(origin.bit)) first.set(origin.bit, origin);
  const sorted = [...first.values()].sort((a, b) => a.bit - b.bit);
  const bits = sorted.reduce((all, { bit }) => all | (1n << BigInt(bit)), 0n);
  return { bits, origins: sorted, at };
}

/** Both masks together, as the kernel joins an option that is given again. */
export function joinMasks(first: DelegatedMask, second: DelegatedMask): DelegatedMask {
  return maskOf([...first.origins, ...second.origins], first.at ?? second.at);
}
