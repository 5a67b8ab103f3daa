import { MASK_NAMES } from '../../kernel/masks.js';
import type { Profile } from '../../kernel/profile.js';
import { INCUS, LXD } from '../containers/manager.js';
import type { ResolvedDelegation } from '../resolve_delegation.js';
import { CannotExpressError } from './errors.js';
import type { TargetName } from './targets.js';
import { containerText } from './write_container.js';
import { fstabText, mountOptionsText, mountText } from './write_mount.js';
import { unitText } from './write_unit.js';

/** The text of a delegation. What the format cannot say is added to `reasons`, and the text is not used then. */
type Writer = (delegation: ResolvedDelegation, profile: Profile, reasons: string[]) => string;

const WRITERS: Readonly<Record<TargetName, Writer>> = {
  systemd: unitText,
  incus: (...rest) => containerText(INCUS, ...rest),
  lxd: (...rest) => containerText(LXD, ...rest),
  mount: mountText,
  fstab: fstabText,
  'mount-options': mountOptionsText,
};

/** Writes a delegation in a format. Throws a CannotExpressError that names all that the format cannot say. */
export function writeDelegation(delegation: ResolvedDelegation, to: TargetName, profile: Profile): string {
  const reasons: string[] = [];
  if (delegation.kind === 'token')
    reasons.push('a token is there; what is written is a bpffs, of which one can be made');
  if (MASK_NAMES.every((mask) => delegation.masks[mask].bits === 0n)) reasons.push('nothing is delegated');
  if (delegation.unusable !== undefined) reasons.push(delegation.unusable);
  const text = WRITERS[to](delegation, profile, reasons);
  if (reasons.length > 0) throw new CannotExpressError(to, reasons);
  return text;
}
