import { findProfile, NEWEST_PROFILE, PROFILES_IN_BRIEF, type Profile } from '../kernel/profile.js';
import { InputError } from './exit.js';

/** Stands for the profile of the kernel that runs, where a profile is named. */
export const RUNNING = 'running';

/** The profile of a kernel by what `uname -r` says: `6.12.30-generic`. Throws an InputError for a kernel without one. */
export function runningProfile(release: string): Profile {
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(release) ?? [];
  const profile = findProfile(`linux-${major}.${minor}`);
  if (profile) return profile;
  const isNewer = Number(major) * 1000 + Number(minor) > versionOf(NEWEST_PROFILE);
  const why = isNewer ? `the newest known is ${NEWEST_PROFILE.name}` : 'BPF tokens came with Linux 6.9';
  throw new InputError(
    `--profile ${RUNNING}: the running kernel is ${release}, which has no profile: ${why}; name one of ${PROFILES_IN_BRIEF}`,
  );
}

/** `linux-7.3` as 7003. */
function versionOf({ name }: Profile): number {
  const [major = 0, minor = 0] = name.replace('linux-', '').split('.').map(Number);
  return major * 1000 + minor;
}
