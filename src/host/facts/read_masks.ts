import { bitsOfMasks, type Delegation } from '../../dialects/delegation.js';
import type { Format } from '../../dialects/formats.js';
import { readDelegations } from '../../dialects/read_delegations.js';
import type { Masks } from '../../kernel/masks.js';
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
  const masks = bitsOfMasks(delegation.masks);
  const warnings = files.flatMap((file) => file.warnings.filter(({ code }) => code !== 'not-the-root'));
  return { delegation, masks, warnings: warnings.map(({ message }) => message) };
}
