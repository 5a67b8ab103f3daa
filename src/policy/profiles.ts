import { extendProfile, findProfile, PROFILES, type Profile, type Rules } from '../kernel/profile.js';
import { quote } from '../names/complaint.js';
import { nearestOf } from '../names/nearest.js';
import type { Locator } from './locate.js';
import type { Problems } from './problems.js';
import { PROFILES_IN_BRIEF, type ProfileEntry } from './schema.js';

/** The kernel a scenario names, or undefined with the problem noted. */
export function readProfile(entry: ProfileEntry, locator: Locator, problems: Problems): Profile | undefined {
  if (typeof entry === 'string') return known(entry, ['profile'], locator, problems);
  const base = known(entry.extends, ['profile', 'extends'], locator, problems);
  if (!base) return undefined;
  const name = entry.name ?? `${base.name}-custom`;
  if (findProfile(name)) {
    problems.add(locator.value(['profile', 'name']), {
      message: `${quote(name)} is a built-in profile: a kernel of your own needs another name`,
      expected: 'a name that no built-in profile has',
    });
    return undefined;
  }
  const switched = Object.entries(entry.rules ?? {}).filter(([, value]) => value !== undefined);
  return extendProfile(base, name, Object.fromEntries(switched) as Partial<Rules>, entry.description);
}

function known(name: string, path: string[], locator: Locator, problems: Problems): Profile | undefined {
  const profile = findProfile(name);
  if (profile) return profile;
  const names = PROFILES.map((candidate) => candidate.name);
  const nearest = nearestOf(/^\d/.test(name) ? `linux-${name}` : name, names);
  const hint = nearest ? `did you mean ${quote(nearest)}? (` : '';
  problems.add(locator.value(path), {
    message: `unknown profile ${quote(name)}; ${hint}built in: ${PROFILES_IN_BRIEF}${nearest ? ')' : ''}`,
    expected: PROFILES_IN_BRIEF,
    nearest,
  });
  return undefined;
}
