import type { Delegation } from '../../dialects/delegation.js';
import type { Format } from '../../dialects/formats.js';
import { readDelegations } from '../../dialects/read_delegations.js';
import { MASK_NAMES, type Masks } from '../../kernel/masks.js';
import type { Profile } from '../../kernel/profile.js';

/** What a line of mountinfo, or a file of fdinfo, says; undefined where it says nothing of bpffs. */
export interface ReadMasks {
  readonly delegation: Delegation;
  readonly masks: Readonly<Masks>;
  /** What cannot be read of it: names that the profile does not have. */
  readonly warnings: readonly string[];
}

/** Reads the text of one bpffs or token in one of these formats, with the names of a kernel. */
export function readMasks(text: string, format: Format, profile: Profile): ReadMasks | undefined {
  const { delegations, files } = readDelegations({ file: format, text }, { format, profile });
  const [delegation] = delegations;
  if (!delegation) return undefined;
  const masks = Object.fromEntries(MASK_NAMES.map((mask) => [mask, delegation.masks[mask].bits])) as unknown as Masks;
  const warnings = files.flatMap((file) => file.warnings.filter(({ code }) => code !== 'not-the-root'));
  return { delegation, masks, warnings: warnings.map(({ message }) => message) };
}

/** Whether masks allow anything. */
export function areEmpty(masks: Readonly<Masks>): boolean {
  return MASK_NAMES.every((mask) => masks[mask] === 0n);
}

/** The same text for the same masks. */
export function masksKey(masks: Readonly<Masks>): string {
  return MASK_NAMES.map((mask) => masks[mask].toString(16)).join(' ');
}
