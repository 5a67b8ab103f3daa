import { MASK_ANY } from '../abi/bpf.js';
import { Disposition } from '../abi/verdict.js';
import { takesToken } from '../kernel/commands.js';
import { Model } from '../kernel/model.js';
import { Trace } from '../kernel/trace.js';
import { isAllowed, isDecided } from '../kernel/verdict.js';
import type { Request, World } from '../kernel/world.js';

const ANY = { cmds: MASK_ANY, maps: MASK_ANY, progs: MASK_ANY, attachs: MASK_ANY };

/** Whether a denied request failed because its token was dropped. */
export type DroppedTokenTest = (request: Request) => boolean;

/**
 * Tells whether a request of this world failed because its token was dropped: were the token to count, the request would pass,
 * or fail for another reason or in another user namespace. Models are made when they are needed, and kept.
 */
export function droppedTokenTest(world: World): DroppedTokenTest {
  let asItIs: Model | undefined;
  const counting = new Map<number, Model>();
  return (request) => {
    if (!world.tokens[request.token] || !takesToken(world.profile, request)) return false;
    asItIs ??= new Model(world);
    const trace = new Trace();
    asItIs.ask(request, trace);
    const { outcome, disposition } = trace;
    const isDropped = disposition >= Disposition.DROPPED_CMD && disposition <= Disposition.DROPPED_LSM;
    if (!isDropped || isAllowed(outcome) || !isDecided(outcome)) return false;
    let model = counting.get(request.token);
    if (!model) {
      model = new Model(withCountingToken(world, request.token));
      counting.set(request.token, model);
    }
    const other = new Trace();
    model.ask(request, other);
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
