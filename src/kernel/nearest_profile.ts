import { PROFILES, type Profile } from './profile.js';

/** The built-in profile that stands for a kernel. */
export interface NearestProfile {
  readonly profile: Profile;
  /** Where its release stands: `older` than the kernel's, the kernel's `own`, or `newer`, of a kernel without tokens. */
  readonly release: 'older' | 'own' | 'newer';
}

const RELEASES = PROFILES.filter(({ name }) => name.startsWith('linux-')).map((profile) => ({
  profile,
  version: versionOf(profile.name.replace('linux-', '')),
}));

/** The built-in profile of a kernel by its `uname -r`; the nearest older one, or the oldest, for a release without one. */
export function nearestProfile(kernel: string): NearestProfile {
  const version = versionOf(kernel);
  const known = RELEASES.filter((release) => release.version <= version).at(-1);
  if (!known) return { profile: (RELEASES[0] as (typeof RELEASES)[number]).profile, release: 'newer' };
  return { profile: known.profile, release: known.version === version ? 'own' : 'older' };
}

/** `6.18.44-cloud-amd64` as 6018; 0 for what is no release. */
function versionOf(release: string): number {
  const [, major = 0, minor = 0] = /^(\d{1,6})\.(\d{1,3})(?!\d)/.exec(release) ?? [];
  return Number(major) * 1000 + Number(minor);
}
