import { findProfile, type Profile } from '../kernel/profile.js';

/** The profile of a kernel by its `uname -r`: `6.18.44-cloud-amd64` is linux-6.18; undefined for a release not known. */
export function profileOfKernel(release: string): Profile | undefined {
  const version = /^(\d+\.\d+)(?!\d)/.exec(release)?.[1];
  return version === undefined ? undefined : findProfile(`linux-${version}`);
}
