import { type ErrnoName, errnoName } from '../abi/errno.js';
import { Outcome } from '../abi/verdict.js';
import { Model, verdictByte } from '../kernel/model.js';
import { Trace } from '../kernel/trace.js';
import { decodeVerdict, type Verdict } from '../kernel/verdict.js';
import type { Withheld } from '../kernel/verifier/withheld.js';
import type { Request } from '../kernel/world.js';
import { droppedTokenTest } from './dropped_token.js';
import type { RequestContext } from './request_context.js';

/** A verdict with what the call itself returned. */
export interface Evaluation {
  readonly verdict: Verdict;
  /** A descriptor or 0, or a negated errno. */
  readonly returned: number;
  /** The user namespace in which the capability that decided was asked; absent where none did. */
  readonly askedIn?: string;
  /** What the verifier withheld from the program; absent where it withheld nothing. */
  readonly withheld?: Withheld;
}

/** An evaluation with what it came of. */
export interface CausedEvaluation extends Evaluation {
  /** The request failed because its token was dropped: with the token counting, it would pass or fail otherwise. */
  readonly failedByDroppedToken: boolean;
}

/** Asks a model of the world one request, and looks for the cause. Throws as new Model() does. */
export function evaluateWithCause({ world, request }: RequestContext, trace: Trace = new Trace()): CausedEvaluation {
  const model = new Model(world);
  const evaluated = evaluate(model, request, trace);
  return { ...evaluated, failedByDroppedToken: droppedTokenTest(world, model)(request) };
}

/** Asks the model one request. The errno is the one returned: an LSM that refuses a token chooses its own. */
export function evaluate(model: Model, request: Request, trace: Trace = new Trace()): Evaluation {
  const returned = model.call(request, trace);
  const decoded = decodeVerdict(verdictByte(trace));
  const verdict = trace.withheld ? { ...decoded, errno: trace.withheld.errno } : decoded;
  if (verdict.outcome === Outcome.CREATE_LSM_REFUSED) {
    return { verdict: { ...verdict, errno: errnoName(returned) as ErrnoName }, returned };
  }
  const asked = trace.capability === null || trace.askedIn === null ? {} : { askedIn: trace.askedIn.name };
  return { verdict, returned, ...asked, ...(trace.withheld ? { withheld: trace.withheld } : {}) };
}
