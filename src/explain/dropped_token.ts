import { MASK_ANY } from '../abi/bpf.js';
import { takesToken } from '../kernel/commands.js';
import { Model } from '../kernel/model.js';
import { Trace } from '../kernel/trace.js';
import { isAllowed, isDecided, isDropped } from '../kernel/verdict.js';
import type { Request, World } from '../kernel/world.js';

const ANY = { cmds: MASK_ANY, maps: MASK_ANY, progs: MASK_ANY, attachs: MASK_ANY };

/** Whether a denied request failed because its token was dropped. */
export type DroppedTokenTest = (request: Request) => boolean;

/**
 * Tells whether a request of this world failed because its token was dropped: were the token to count, the request would pass,
 * or fail for another reason or in another user namespace. `model` is one of the world, where there is one already;
 * others are made when they are needed, and kept.
 */
export function droppedTokenTest(world: World, model?: Model): DroppedTokenTest {
  let asItIs = model;
  const counting = new Map<number, Model>();
  return (request) => {
    if (!world.tokens[request.token] || !takesToken(world.profile, request)) return false;
    asItIs ??= new Model(world);
    const trace = new Trace();
    asItIs.ask(request, trace);
    const { outcome, disposition } = trace;
    if (!isDropped(disposition) || isAllowed(outcome) || !isDecided(outcome)) return false;
    let otherwise = counting.get(request.token);
    if (!otherwise) {
      otherwise = new Model(withCountingToken(world, request.token));
      counting.set(request.token, otherwise);
    }
    const other = new Trace();
    otherwise.ask(request, other);
    if (other.outcome !== outcome) return true;
    return trace.capability !== null && other.askedIn?.isInitial !== trace.askedIn?.isInitial;
  };
}

/** The world with a token that is never dropped in the place of another: for none of its masks, by no LSM, for no caller. */
function withCountingToken(world: World, id: number): World {
  const token = world.tokens[id] as World['tokens'][number];
  const counting = { ...token, allowed: ANY, denials: { ...token.denials, cmds: 0n } };
  const { profile, tokens } = world;
  const rules = { ...profile.rules, token_needs_own_userns: false };
  return { ...world, profile: { ...profile, rules }, tokens: tokens.with(id, counting) };
}
