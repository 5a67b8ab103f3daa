import type { MaskName } from '../kernel/masks.js';
import { delegateMaskItems } from '../kernel/mount_options.js';
import type { Profile } from '../kernel/profile.js';
import { maskOf, originsOf } from './build_mask.js';
import type { BitOrigin, DelegatedMask } from './delegation.js';
import { refusedItem } from './mask_hint.js';
import { numberFirst } from './number_first.js';
import type { ReadContext } from './read_context.js';
import { type PlacedText, piece } from './source_text.js';

/** How a mask is given: what names the option, and the value that the kernel gets. */
export interface MaskOption {
  readonly name: MaskName;
  /** As the file spells it: `delegate_cmds`, `security.bpffs.delegate_cmds`. */
  readonly option: string;
  readonly value: PlacedText;
  /** What a refusal means, beside the kernel's errno. */
  readonly whenRefused?: string;
  /** Whether a number after names can be moved before them in the file. */
  readonly canReorder: boolean;
}

/** Reads a mask and tells of names that it loses; an errno, negated, where the kernel refuses an item, which is told too. */
export function takeMaskOption(given: MaskOption, { profile, account }: ReadContext): DelegatedMask | number {
  const { name, option, value, whenRefused, canReorder } = given;
  const read = readKernelMask(profile, name, value);
  if ('errno' in read) {
    const complaint = refusedItem(profile, name, option, read.item, read.errno);
    const message = whenRefused === undefined ? complaint.message : `${complaint.message}; ${whenRefused}`;
    account.warn(read.item.at, { ...complaint, message });
    return read.errno;
  }
  const [first] = read.lost;
  if (first) {
    const lost = read.lost.map(({ text }) => text).join(', ');
    account.warn(first.at, {
      code: 'number-replaces-names',
      message: `${option}: a number replaces what is before it: ${lost} is lost`,
      fix: canReorder ? numberFirst(value) : undefined,
    });
  }
  return read.mask;
}

/** A value of a mask option as the kernel takes it. */
interface KernelMask {
  readonly mask: DelegatedMask;
  /** Items whose bits a later number took the place of. */
  readonly lost: readonly PlacedText[];
}

/** The item that the kernel refuses, and with what. */
interface RefusedItem {
  readonly item: PlacedText;
  /** A negated errno. */
  readonly errno: number;
}

/** Reads the value of a mask option as bpf_parse_param() does; every bit keeps its place. */
function readKernelMask(profile: Profile, mask: MaskName, value: PlacedText): KernelMask | RefusedItem {
  let origins: BitOrigin[] = [];
  let lost: PlacedText[] = [];
  const before: PlacedText[] = [];
  for (const item of delegateMaskItems(profile, mask, value.text)) {
    const at = piece(value, item.start, item.text.length);
    if (typeof item.effect === 'number') return { item: at, errno: item.effect };
    if (item.effect === 'replace') {
      // `any` has every bit: what it replaces is not lost.
      if (item.text !== 'any') lost = [...before];
      origins = [];
    }
    before.push(at);
    origins.push(...originsOf(item.bits, at));
  }
  return { mask: maskOf(origins, value.at), lost };
}
