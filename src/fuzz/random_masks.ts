import { MASK_ANY } from '../abi/bpf.js';
import { CAP_BPF, CAP_FULL_SET, CAP_NET_ADMIN, CAP_PERFMON, CAP_SYS_ADMIN } from '../abi/capabilities.js';
import { NO_DENIALS, type TokenDenials } from '../kernel/denials.js';
import { MASK_KIND, MASK_NAMES, type MaskName, type Masks } from '../kernel/masks.js';
import type { Vocabulary } from '../kernel/vocabulary.js';
import { boundaryValuesOf } from './boundary_values.js';
import type { RandomSource } from './random_source.js';

// BigInts are created once: computing them for every world would take longer than all else.
const BIT: readonly bigint[] = Array.from({ length: 64 }, (_, bit) => 1n << BigInt(bit));
const ALL_BUT: readonly bigint[] = BIT.map((bit) => MASK_ANY & ~bit);

/** Every combination of the four capabilities that bpf() checks: bit n of the index is the nth of them. */
const ASKED: readonly bigint[] = Array.from({ length: 16 }, (_, choice) =>
  [CAP_BPF, CAP_NET_ADMIN, CAP_PERFMON, CAP_SYS_ADMIN].reduce(
    (set, cap, i) => ((choice >> i) & 1 ? set | (1n << BigInt(cap)) : set),
    0n,
  ),
);
/** The same with every capability that bpf() does not check. */
const ASKED_AND_OTHERS: readonly bigint[] = ASKED.map((set) => (CAP_FULL_SET & ~(ASKED[15] as bigint)) | set);

/**
 * An effective set: none, all, one, all but one of the four that bpf() checks, or any; sometimes with all other capabilities.
 * CAP_SYS_ADMIN, the last of the four, is missing from many: it implies the others and hides their absence.
 */
export function randomCapabilities(random: RandomSource): bigint {
  const one = 1 << random.below(4);
  const choice = random.pick([0, 15, one, 15 ^ one, 7, 7 & ~one, 7 & ~one, random.below(16)]);
  return (random.chance(15) ? ASKED_AND_OTHERS : ASKED)[choice] as bigint;
}

function deniedCapabilities(random: RandomSource): bigint {
  return ASKED[random.below(16)] as bigint;
}

/** 64 bits: none, all, exactly one, all but one, few, many, or any. */
export function randomMask(random: RandomSource, vocabulary: Vocabulary, mask: MaskName): bigint {
  switch (random.below(10)) {
    case 0:
      return 0n;
    case 1:
    case 2:
      return MASK_ANY;
    case 3:
    case 4:
      return BIT[randomBit(random, vocabulary, mask)] as bigint;
    case 5:
    case 6:
      return ALL_BUT[randomBit(random, vocabulary, mask)] as bigint;
    case 7:
      return random.bits() & random.bits() & random.bits();
    case 8:
      return random.bits() | random.bits() | random.bits();
    default:
      return random.bits();
  }
}

/** A bit that requests often need, or any of the 64. */
function randomBit(random: RandomSource, vocabulary: Vocabulary, mask: MaskName): number {
  return random.chance(60) ? random.pick(boundaryValuesOf(vocabulary).common[MASK_KIND[mask]]) : random.below(64);
}

/** The masks of a token. In half of the tokens only one mask restricts anything: several would hide each other's rules. */
export function randomMasks(random: RandomSource, vocabulary: Vocabulary): Masks {
  if (random.chance(50)) {
    const masks = { cmds: MASK_ANY, maps: MASK_ANY, progs: MASK_ANY, attachs: MASK_ANY };
    const restricted = random.pick(MASK_NAMES);
    masks[restricted] = randomMask(random, vocabulary, restricted);
    return masks;
  }
  return {
    cmds: randomMask(random, vocabulary, 'cmds'),
    maps: randomMask(random, vocabulary, 'maps'),
    progs: randomMask(random, vocabulary, 'progs'),
    attachs: randomMask(random, vocabulary, 'attachs'),
  };
}

/** The denials of an LSM for a token: mostly none, else commands, capabilities, or both. */
export function randomDenials(random: RandomSource, vocabulary: Vocabulary): TokenDenials {
  switch (random.below(10)) {
    case 0:
      return { cmds: randomMask(random, vocabulary, 'cmds'), caps: 0n };
    case 1:
      return { cmds: 0n, caps: deniedCapabilities(random) };
    case 2:
      return { cmds: randomMask(random, vocabulary, 'cmds'), caps: deniedCapabilities(random) };
    default:
      return NO_DENIALS;
  }
}
