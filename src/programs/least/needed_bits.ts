import { fixupAttachType } from '../../kernel/attach_types.js';
import type { MaskName } from '../../kernel/masks.js';
import type { Profile } from '../../kernel/profile.js';
import type { LoaderCall } from '../loaders/loader_call.js';

/** A bit of a delegation. */
export interface MaskBit {
  readonly mask: MaskName;
  readonly bit: number;
}

/** The bits that a token needs to count for a call that can carry one; none for other calls. Past bit 63 nothing can be delegated. */
export function neededBits({ vocabulary }: Profile, call: LoaderCall): MaskBit[] {
  const cmd = (): MaskBit => ({ mask: 'cmds', bit: vocabulary.require('cmds', call.cmd) });
  const bits = (): MaskBit[] => {
    switch (call.cmd) {
      case 'map_create':
        return [cmd(), { mask: 'maps', bit: call.type }];
      case 'prog_load': {
        const attachType = fixupAttachType(vocabulary, call.type, call.attachType);
        return [cmd(), { mask: 'progs', bit: call.type }, { mask: 'attachs', bit: attachType }];
      }
      case 'btf_load':
        return [cmd()];
      default:
        return [];
    }
  };
  return bits().filter(({ bit }) => bit < 64);
}
