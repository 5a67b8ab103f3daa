import type { Profile } from '../../kernel/profile.js';
import type { ProgramSpec } from '../../kernel/verifier/program_needs.js';
import { type Release, vocabularyOf } from '../../kernel/vocabulary.js';
import type { WorldNames } from '../../kernel/world.js';

/** What another thread needs of a world, as plain data; columns pass ten times as fast as an object for each task. */
export interface WorldTransfer {
  /** Its vocabulary, the same for a release, is named. */
  readonly profile: Omit<Profile, 'vocabulary'> & { readonly release: Release };
  readonly tasks: IdColumns;
  readonly tokens: IdColumns;
  readonly programs: readonly ProgramSpec[];
}

interface IdColumns {
  readonly names: readonly string[];
  readonly userns: Uint32Array;
}

/** Takes a world apart for another thread. */
export function packWorld(world: WorldNames): WorldTransfer {
  const {
    profile: { vocabulary, ...profile },
    tasks,
    tokens,
    programs = [],
  } = world;
  return {
    profile: { ...profile, release: vocabulary.release },
    tasks: packIds(tasks),
    tokens: packIds(tokens),
    programs,
  };
}

/** Its names again. */
export function unpackWorld({ profile: { release, ...profile }, tasks, tokens, programs }: WorldTransfer): WorldNames {
  return {
    profile: { ...profile, vocabulary: vocabularyOf(release) },
    tasks: unpackIds(tasks),
    tokens: unpackIds(tokens),
    programs,
  };
}

function packIds(ids: WorldNames['tasks']): IdColumns {
  return { names: ids.map(({ name }) => name), userns: Uint32Array.from(ids, ({ userns }) => userns) };
}

function unpackIds({ names, userns }: IdColumns): WorldNames['tasks'] {
  return names.map((name, id) => ({ name, userns: userns[id] as number }));
}
