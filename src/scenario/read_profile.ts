import type { Diagnostics } from '../diagnostics/diagnostics.js';
import type { Locator } from '../diagnostics/yaml_locator.js';
import {
  extendProfile,
  findProfile,
  PROFILES,
  PROFILES_IN_BRIEF,
  type Profile,
  type Rules,
} from '../kernel/profile.js';
import { nearestOf } from '../names/nearest.js';
import { quote } from '../names/unknown_name.js';
import type { ProfileEntry } from './schema.js';

/** The kernel a scenario names, or undefined with the problem noted. */
export function readProfile(entry: ProfileEntry, locator: Locator, diagnostics: Diagnostics): Profile | undefined {
  if (typeof entry === 'string') return known(entry, ['profile'], locator, diagnostics);
  const base = known(entry.extends, ['profile', 'extends'], locator, diagnostics);
  if (!base) return undefined;
  const name = entry.name ?? `${base.name}-custom`;
  if (findProfile(name)) {
    diagnostics.add(locator.value(['profile', 'name']), {
      message: `${quote(name)} is a built-in profile: a kernel of your own needs another name`,
      expected: 'a name that no built-in profile has',
    });
    return undefined;
  }
  const switched = Object.entries(entry.rules ?? {}).filter(([, value]) => value !== undefined);
  return extendProfile(base, name, Object.fromEntries(switched) as Partial<Rules>, entry.description);
}

function known(name: string, path: string[], locator: Locator, diagnostics: Diagnostics): Profile | undefined {
  const profile = findProfile(name);
  if (profile) return profile;
  const names = PROFILES.map((candidate) => candidate.name);
  const nearest = nearestOf(/^\d/.test(name) ? `linux-${name}` : name, names);
  const hint = nearest ? `did you mean ${quote(nearest)}? (` : '';
  diagnostics.add(locator.value(path), {
    message: `unknown profile ${quote(name)}; ${hint}built in: ${PROFILES_IN_BRIEF}${nearest ? ')' : ''}`,
    expected: PROFILES_IN_BRIEF,
    nearest,
  });
  return undefined;
}
