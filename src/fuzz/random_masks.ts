import { MASK_ANY } from '../abi/bpf.js';
import { CAP_BPF, CAP_FULL_SET, CAP_NET_ADMIN, CAP_PERFMON, CAP_SYS_ADMIN } from '../abi/capabilities.js';
import { NO_DENIALS, type TokenDenials } from '../kernel/lsm.js';
import { MASK_KIND, MASK_NAMES, type MaskName, type Masks } from '../kernel/masks.js';
import type { Vocabulary } from '../kernel/vocabulary.js';
import { cornersOf } from './corners.js';
import type { Dice } from './dice.js';

// BigInts are made once here: making them by arithmetic in every world would cost more than everything else in it.
const BIT: readonly bigint[] = Array.from({ length: 64 }, (_, bit) => 1n << BigInt(bit));
const ALL_BUT: readonly bigint[] = BIT.map((bit) => MASK_ANY & ~bit);

/** Every combination of the four capabilities bpf() asks for: bit n of the index is the nth of them. */
const ASKED: readonly bigint[] = Array.from({ length: 16 }, (_, choice) =>
  [CAP_BPF, CAP_NET_ADMIN, CAP_PERFMON, CAP_SYS_ADMIN].reduce(
    (set, cap, i) => ((choice >> i) & 1 ? set | (1n << BigInt(cap)) : set),
    0n,
  ),
);
/** The same with every capability bpf() does not ask for. */
const ASKED_AND_OTHERS: readonly bigint[] = ASKED.map((set) => (CAP_FULL_SET & ~(ASKED[15] as bigint)) | set);

/**
 * An effective set: none, all, one, all but one of the four that count, or any; now and then with all that do not.
 * CAP_SYS_ADMIN, the last of the four, is left out of many: it stands in for the others and hides their absence.
 */
export function randomCapabilities(dice: Dice): bigint {
  const one = 1 << dice.below(4);
  const choice = dice.pick([0, 15, one, 15 ^ one, 7, 7 & ~one, 7 & ~one, dice.below(16)]);
  return (dice.chance(15) ? ASKED_AND_OTHERS : ASKED)[choice] as bigint;
}

function deniedCapabilities(dice: Dice): bigint {
  return ASKED[dice.below(16)] as bigint;
}

/** 64 bits: none, all, exactly one, all but one, few, many, or any. */
export function randomMask(dice: Dice, vocabulary: Vocabulary, mask: MaskName): bigint {
  switch (dice.below(10)) {
    case 0:
      return 0n;
    case 1:
    case 2:
      return MASK_ANY;
    case 3:
    case 4:
      return BIT[randomBit(dice, vocabulary, mask)] as bigint;
    case 5:
    case 6:
      return ALL_BUT[randomBit(dice, vocabulary, mask)] as bigint;
    case 7:
      return dice.bits() & dice.bits() & dice.bits();
    case 8:
      return dice.bits() | dice.bits() | dice.bits();
    default:
      return dice.bits();
  }
}

/** One a request is likely to need, or any of the 64. */
function randomBit(dice: Dice, vocabulary: Vocabulary, mask: MaskName): number {
  return dice.chance(60) ? dice.pick(cornersOf(vocabulary).often[MASK_KIND[mask]]) : dice.below(64);
}

/** The masks of a token. Half of them permit everything but for one mask, as only the last obstacle shows its rule. */
export function randomMasks(dice: Dice, vocabulary: Vocabulary): Masks {
  if (dice.chance(50)) {
    const masks = { cmds: MASK_ANY, maps: MASK_ANY, progs: MASK_ANY, attachs: MASK_ANY };
    const odd = dice.pick(MASK_NAMES);
    masks[odd] = randomMask(dice, vocabulary, odd);
    return masks;
  }
  return {
    cmds: randomMask(dice, vocabulary, 'cmds'),
    maps: randomMask(dice, vocabulary, 'maps'),
    progs: randomMask(dice, vocabulary, 'progs'),
    attachs: randomMask(dice, vocabulary, 'attachs'),
  };
}

/** What an LSM denies of a token: mostly nothing, else commands, capabilities, or both. */
export function randomDenials(dice: Dice, vocabulary: Vocabulary): TokenDenials {
  switch (dice.below(10)) {
    case 0:
      return { cmds: randomMask(dice, vocabulary, 'cmds'), caps: 0n };
    case 1:
      return { cmds: 0n, caps: deniedCapabilities(dice) };
    case 2:
      return { cmds: randomMask(dice, vocabulary, 'cmds'), caps: deniedCapabilities(dice) };
    default:
      return NO_DENIALS;
  }
}
