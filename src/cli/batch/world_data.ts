import type { Profile } from '../../kernel/profile.js';
import { type Release, vocabularyOf } from '../../kernel/vocabulary.js';
import type { World } from '../../kernel/world.js';

/** A world as plain data, which passes between threads: its vocabulary, the same for a release, is named. */
export interface WorldData extends Omit<World, 'profile'> {
  readonly profile: Omit<Profile, 'vocabulary'> & { readonly release: Release };
}

/** Takes a world apart for another thread. */
export function packWorld(world: World): WorldData {
  const { vocabulary, ...profile } = world.profile;
  return { ...world, profile: { ...profile, release: vocabulary.release } };
}

/** The same world again. */
export function unpackWorld(data: WorldData): World {
  const { release, ...profile } = data.profile;
  return { ...data, profile: { ...profile, vocabulary: vocabularyOf(release) } };
}
