import { PROFILES, type Profile } from '../../kernel/profile.js';

/** The profile of a kernel. */
export interface HostProfile {
  readonly profile: Profile;
  /** Why it is another release's; undefined where it is the kernel's own. */
  readonly assumption: string | undefined;
}

const RELEASES = PROFILES.filter(({ name }) => name.startsWith('linux-')).map((profile) => ({
  profile,
  version: versionOf(profile.name.replace('linux-', '')),
}));

/** The built-in profile of a kernel by its `uname -r`; the nearest older one, or the oldest, for a release without one. */
export function hostProfile(release: string): HostProfile {
  const version = versionOf(release);
  const older = RELEASES.filter((known) => known.version <= version).at(-1);
  const { profile, version: taken } = older ?? (RELEASES[0] as (typeof RELEASES)[number]);
  if (taken === version) return { profile, assumption: undefined };
  const why = older ? 'the nearest older release that is known' : 'BPF tokens came with it';
  return { profile, assumption: `Linux ${release} answers as ${profile.name}: ${why}` };
}

/** `6.18.44-cloud-amd64` as 6018; 0 for what is no release. */
function versionOf(release: string): number {
  const [, major = 0, minor = 0] = /^(\d{1,6})\.(\d{1,3})(?!\d)/.exec(release) ?? [];
  return Number(major) * 1000 + Number(minor);
}
