import { errnoName } from '../../abi/errno.js';
import { MASK_NAMES, type MaskName, masksBy } from '../../kernel/masks.js';
import { type DelegatedMask, EMPTY_MASK } from '../delegation.js';
import { takeMaskOption } from '../kernel_mask.js';
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
    const whenRefused = manager.hasCommas ? 'the container does not start' : 'LXD refuses the value when it is set';
    const read = takeMaskOption({ name: mask, option, value, whenRefused, canReorder: !manager.hasCommas }, context);
    if (typeof read === 'number') refused ??= `${option}: ${errnoName(read)}: ${whenRefused}`;
    else masks[mask] = { ...read, at: setting.value.at };
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
