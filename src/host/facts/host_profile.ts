import { nearestProfile } from '../../kernel/nearest_profile.js';
import type { Profile } from '../../kernel/profile.js';

/** The profile of a kernel. */
export interface HostProfile {
  readonly profile: Profile;
  /** Why it is another release's; undefined where it is the kernel's own. */
  readonly assumption: string | undefined;
}

/** The built-in profile of a kernel by its `uname -r`, with what is assumed where it is another release's. */
export function hostProfile(kernel: string): HostProfile {
  const { profile, release } = nearestProfile(kernel);
  if (release === 'own') return { profile, assumption: undefined };
  const why = release === 'older' ? 'the nearest older release that is known' : 'BPF tokens came with it';
  return { profile, assumption: `Linux ${kernel} answers as ${profile.name}: ${why}` };
}
