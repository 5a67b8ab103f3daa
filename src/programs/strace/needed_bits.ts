import { CAP_BPF, CAP_NET_ADMIN, CAP_PERFMON } from '../../abi/capabilities.js';
import { fixupAttachType } from '../../kernel/attach_types.js';
import { mapTypeCapability } from '../../kernel/map_types.js';
import { MASK_KIND, type MaskName, type Masks } from '../../kernel/masks.js';
import type { Profile } from '../../kernel/profile.js';
import { progTypeNeeds } from '../../kernel/prog_types.js';
import type { LoggedBpf } from './logged_bpf.js';

/** A bit that a token must have for a call to count. */
export interface NeededBit {
  readonly mask: MaskName;
  readonly bit: number;
  /** Its name in the mask. */
  readonly name: string;
}

/** The bits that a token must have for a call, by the attach type that the kernel makes of the one given. */
export function neededOf(profile: Profile, { cmd, type, attachType }: LoggedBpf): readonly NeededBit[] {
  const { vocabulary } = profile;
  const bit = (mask: MaskName, value: number): NeededBit => ({
    mask,
    bit: value,
    name: vocabulary.nameOf(MASK_KIND[mask], value),
  });
  switch (vocabulary.nameOf('cmds', cmd)) {
    case 'map_create':
      return [bit('cmds', cmd), bit('maps', type)];
    case 'prog_load':
      return [bit('cmds', cmd), bit('progs', type), bit('attachs', fixupAttachType(vocabulary, type, attachType))];
    default:
      return [bit('cmds', cmd)];
  }
}

/** The capabilities that a call asks for in the user namespace of its token. */
export function capabilitiesOf(profile: Profile, { cmd, type }: LoggedBpf): readonly number[] {
  const { vocabulary } = profile;
  switch (vocabulary.nameOf('cmds', cmd)) {
    case 'map_create': {
      const cap = mapTypeCapability(vocabulary, type);
      return [CAP_BPF, ...(cap === null || cap === undefined || cap === CAP_BPF ? [] : [cap])];
    }
    case 'prog_load': {
      const { netAdmin, perfmon } = progTypeNeeds(vocabulary, type);
      return [CAP_BPF, ...(netAdmin ? [CAP_NET_ADMIN] : []), ...(perfmon ? [CAP_PERFMON] : [])];
    }
    default:
      return [CAP_BPF];
  }
}

/** Whether masks have a bit. */
export function hasNeededBit(masks: Readonly<Masks>, { mask, bit }: NeededBit): boolean {
  return bit < 64 && ((masks[mask] >> BigInt(bit)) & 1n) === 1n;
}
