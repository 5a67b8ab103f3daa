import type { ErrnoName } from '../abi/errno.js';
import { requireObject } from '../kernel/arguments.js';
import { validateRequest } from '../kernel/check_request.js';
import { Model, verdictByte } from '../kernel/model.js';
import { PROFILES, type Profile } from '../kernel/profile.js';
import { checkProfile } from '../kernel/profile_rules.js';
import { Trace } from '../kernel/trace.js';
import type { Withheld } from '../kernel/verifier/withheld.js';
import { droppedTokenTest } from './dropped_token.js';
import { evaluate } from './evaluate.js';
import type { RequestContext } from './request_context.js';
import { checkRequestContext } from './request_context.js';

/** What a profile says to a request. */
export interface ProfileEvaluation {
  readonly profile: string;
  /** The verdict byte. */
  readonly verdict: number;
  /** What bpf() returns: a security module that refuses a token chooses its own. Null where the request is allowed. */
  readonly errno: ErrnoName | null;
  /** The token could not exist there: it belongs to the initial user namespace, where that kernel makes none. */
  readonly tokenImpossible: boolean;
  /** The request failed there because its token was dropped: with the token counting, it would pass or fail otherwise. */
  readonly failedByDroppedToken: boolean;
  /** What the verifier withholds from the program there. */
  readonly withheld?: Withheld;
}

/**
 * Asks every built-in profile the same request, oldest first. The world's tokens are taken as given. Throws as new Model()
 * does.
 */
export function evaluateAcrossProfiles(context: RequestContext): ProfileEvaluation[] {
  checkRequestContext(context);
  return PROFILES.map((profile) => evaluateUnder(context, profile));
}

/** Asks another profile the same request. */
export function evaluateUnder(context: RequestContext, profile: Profile): ProfileEvaluation {
  checkProfile(profile, 'profile');
  requireObject('context', context, 'an object of world and request');
  const { world, request } = context;
  requireObject('world', world, 'a world');
  validateRequest(request);
  const there = { ...world, profile };
  const model = new Model(there);
  const trace = new Trace();
  const { errno } = evaluate(model, request, trace).verdict;
  const token = world.tokens[request.token];
  const tokenImpossible = token?.userns === 0 && !profile.rules.token_create_in_init_userns;
  return {
    profile: profile.name,
    verdict: verdictByte(trace),
    errno,
    tokenImpossible,
    failedByDroppedToken: droppedTokenTest(there, model)(request),
    ...(trace.withheld ? { withheld: trace.withheld } : {}),
  };
}
