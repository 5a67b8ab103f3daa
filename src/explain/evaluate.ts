import { type ErrnoName, errnoName } from '../abi/errno.js';
import { Outcome } from '../abi/verdict.js';
import { type Model, verdictByte } from '../kernel/model.js';
import { Trace } from '../kernel/trace.js';
import { decodeVerdict, type Verdict } from '../kernel/verdict.js';
import type { Request } from '../kernel/world.js';

/** A verdict with what the call itself returned. */
export interface Evaluation {
  readonly verdict: Verdict;
  /** A descriptor or 0, or a negated errno. */
  readonly returned: number;
  /** The user namespace in which the capability that decided was asked; absent where none did. */
  readonly askedIn?: string;
}

/** Asks the model one request. The errno is the one returned: an LSM that refuses a token chooses its own. */
export function evaluate(model: Model, request: Request, trace: Trace = new Trace()): Evaluation {
  const returned = model.call(request, trace);
  const verdict = decodeVerdict(verdictByte(trace));
  if (verdict.outcome === Outcome.CREATE_LSM_REFUSED) {
    return { verdict: { ...verdict, errno: errnoName(returned) as ErrnoName }, returned };
  }
  const asked = trace.capability === null || trace.askedIn === null ? {} : { askedIn: trace.askedIn.name };
  return { verdict, returned, ...asked };
}
