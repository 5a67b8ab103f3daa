import { checkWorld } from '../kernel/check_world.js';
import { Model } from '../kernel/model.js';
import { PROFILES, type Profile } from '../kernel/profile.js';
import { Trace } from '../kernel/trace.js';
import type { Question } from './change.js';

/** What a profile says to a request. */
export interface ProfileAnswer {
  readonly profile: string;
  /** The verdict byte. */
  readonly verdict: number;
  /** The token could not exist there: it belongs to the initial user namespace, where that kernel makes none. */
  readonly tokenImpossible: boolean;
}

/**
 * Asks every built-in profile the same request, oldest first. The world's tokens are taken as given. Throws as new Model()
 * does.
 */
export function askEveryProfile(question: Question): ProfileAnswer[] {
  checkWorld(question.world);
  return PROFILES.map((profile) => askProfile(question, profile));
}

/** Asks another profile the same request. */
export function askProfile({ world, request }: Question, profile: Profile): ProfileAnswer {
  const verdict = new Model({ ...world, profile }).ask(request, new Trace());
  const token = world.tokens[request.token];
  const tokenImpossible = token?.userns === 0 && !profile.rules.token_create_in_init_userns;
  return { profile: profile.name, verdict, tokenImpossible };
}
