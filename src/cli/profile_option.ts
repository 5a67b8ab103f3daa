import { findProfile, PROFILES, type Profile } from '../kernel/profile.js';
import { nearestOf } from '../names/nearest.js';
import { InputError } from './exit.js';

/** A built-in profile by name. Throws InputError with the nearest name. */
export function profileOption(name: string): Profile {
  const profile = findProfile(name);
  if (profile) return profile;
  const names = PROFILES.map((p) => p.name);
  const nearest = nearestOf(name, names);
  throw new InputError(`no profile ${name}${nearest ? `; did you mean ${nearest}?` : ''} (known: ${names.join(', ')})`);
}
