import { areEmpty, MASK_KIND, masksBy, masksKey } from '../kernel/masks.js';
import type { BpffsSpec, TokenSpec, World } from '../kernel/world.js';

/** What decides of a token besides its user namespace, as text: bits that the kernel has a name for, and what security modules deny. */
export function tokenKey({ vocabulary }: World['profile'], { allowed, denials, grantor = 0 }: TokenSpec): string {
  const known = masksBy((mask) => allowed[mask] & vocabulary.knownMask(MASK_KIND[mask]));
  return `${masksKey(known)} ${denials.cmds} ${denials.caps} ${grantor}`;
}

/** What decides of making a token from a bpffs, besides its user namespace, as text. */
export function bpffsKey({ options, lsmCreateErrno, domain = 0 }: BpffsSpec, hasSelinux: boolean): string {
  // SELinux asks by what is delegated.
  const asked = hasSelinux ? ` ${domain} ${options.delegate.cmds}` : '';
  return `${areEmpty(options.delegate)} ${lsmCreateErrno}${asked}`;
}
