import { MASK_NAMES } from '../../kernel/masks.js';
import type { Profile } from '../../kernel/profile.js';
import { INCUS, LXD } from '../containers/manager.js';
import type { ResolvedDelegation } from '../resolve_delegation.js';
import { CannotExpressError } from './errors.js';
import { containerText } from './write_container.js';
import { fstabText, mountOptionsText, mountText } from './write_mount.js';
import { unitText } from './write_unit.js';

/** A format that a delegation is written in. */
export interface Target {
  /** What the tool says of it: `systemd`. */
  readonly about: string;
  /** The text; things that it cannot say are added to `reasons`, and the text is not used then. */
  write(delegation: ResolvedDelegation, profile: Profile, reasons: string[]): string;
}

/** The formats, by the names that `--to` takes. A scenario is written elsewhere (scenario/delegation_scenario.ts). */
export const TARGETS = {
  systemd: { about: 'a drop-in for a unit', write: unitText },
  incus: { about: 'configuration of an instance of Incus', write: (...rest) => containerText(INCUS, ...rest) },
  lxd: { about: 'configuration of an instance of LXD', write: (...rest) => containerText(LXD, ...rest) },
  mount: { about: 'a command line of mount(8)', write: mountText },
  fstab: { about: 'a line of fstab(5)', write: fstabText },
  'mount-options': { about: 'options of a mount, for fsconfig()', write: mountOptionsText },
} as const satisfies Readonly<Record<string, Target>>;
export type TargetName = keyof typeof TARGETS;

/** Writes a delegation in a format. Throws a CannotExpressError that names all that the format cannot say. */
export function writeDelegation(delegation: ResolvedDelegation, to: TargetName, profile: Profile): string {
  const reasons: string[] = [];
  if (delegation.kind === 'token')
    reasons.push('a token is there; what is written is a bpffs, of which one can be made');
  if (MASK_NAMES.every((mask) => delegation.masks[mask].bits === 0n)) reasons.push('nothing is delegated');
  if (delegation.unusable !== undefined) reasons.push(delegation.unusable);
  const text = TARGETS[to].write(delegation, profile, reasons);
  if (reasons.length > 0) throw new CannotExpressError(to, reasons);
  return text;
}
