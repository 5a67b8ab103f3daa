import { errnoName } from '../../abi/errno.js';
import { MASK_NAMES, type MaskName } from '../../kernel/masks.js';
import { type DelegatedMask, EMPTY_MASK, masksBy } from '../delegation.js';
import { readKernelMask } from '../kernel_mask.js';
import { refusedItem } from '../mask_hint.js';
import { numberFirst } from '../number_first.js';
import { joinPlaced, type PlacedText, splitPlaced, trimPlaced } from '../source_text.js';
import type { Manager } from './manager.js';
import type { Setting } from './setting.js';

/** White space that strings.TrimSpace() of Go removes. */
const GO_SPACE = /[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;

/** The masks of an instance. `refused`: the first value that the kernel refuses, so that the instance does not start. */
export interface ManagerMasks {
  readonly masks: Readonly<Record<MaskName, DelegatedMask>>;
  readonly refused: string | undefined;
}

/** Reads the masks as the manager gives them to the kernel. */
export function readManagerMasks(manager: Manager, settings: ReadonlyMap<string, Setting>): ManagerMasks {
  const masks = masksBy((): DelegatedMask => EMPTY_MASK);
  let refused: string | undefined;
  for (const mask of MASK_NAMES) {
    const setting = settings.get(manager.keys[mask]);
    const value = setting && kernelValue(manager, setting.value);
    if (!setting || !value) continue;
    const { context } = setting;
    const option = setting.key.text;
    if (value.text.length > 255) {
      refused ??= `${option} is longer than 255 characters (EINVAL)`;
      context.account.warn(setting.value.at, {
        code: 'value-too-long',
        message: `${option}: the kernel takes 255 characters, not ${value.text.length}`,
      });
      continue;
    }
    const read = readKernelMask(context.profile, mask, value);
    if ('errno' in read) {
      const when = manager.hasCommas ? 'the container does not start' : 'LXD refuses the value when it is set';
      refused ??= `${option}: ${errnoName(read.errno)}: ${when}`;
      const complaint = refusedItem(context.profile, mask, option, read.item, read.errno);
      context.account.warn(read.item.at, { ...complaint, message: `${complaint.message}; ${when}` });
      continue;
    }
    if (read.lost.length > 0) {
      const lost = read.lost.map(({ text }) => text).join(', ');
      const message = `${option}: a number replaces what is before it: ${lost} is lost`;
      context.account.warn(read.lost[0]?.at ?? value.at, {
        code: 'number-replaces-names',
        message,
        fix: manager.hasCommas ? undefined : numberFirst(value),
      });
    }
    masks[mask] = { ...read.mask, at: setting.value.at };
  }
  return { masks, refused };
}

/** The value as the kernel gets it: of Incus, parts between commas, trimmed, empty ones left out, joined by colons. */
function kernelValue(manager: Manager, value: PlacedText): PlacedText | undefined {
  if (!manager.hasCommas) return value.text === '' ? undefined : value;
  const parts = splitPlaced(value, ',')
    .map((part) => trimPlaced(part, GO_SPACE))
    .filter(({ text }) => text !== '');
  return parts.length === 0 ? undefined : joinPlaced(parts, ':');
}
