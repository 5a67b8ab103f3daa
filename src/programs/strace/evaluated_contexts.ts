import { type CausedEvaluation, evaluateWithCause } from '../../explain/evaluate.js';
import { type Remediation, remediate } from '../../explain/remediate.js';
import type { RequestContext } from '../../explain/request_context.js';

/** Answers that are kept: a loader asks the same again and again. */
const MOST = 2_000;

/** Evaluates requests, each once. */
export class EvaluatedContexts {
  readonly #evaluations = new Map<string, CausedEvaluation>();
  readonly #advice = new Map<string, Remediation>();

  evaluate(context: RequestContext): CausedEvaluation {
    return once(this.#evaluations, context, evaluateWithCause);
  }

  /** What would make a request pass. */
  advise(context: RequestContext): Remediation {
    return once(this.#advice, context, remediate);
  }
}

function once<Value>(
  known: Map<string, Value>,
  context: RequestContext,
  make: (context: RequestContext) => Value,
): Value {
  const { world, request } = context;
  const { profile, ...rest } = world;
  const key = JSON.stringify([profile.name, rest, request], (_, value) =>
    typeof value === 'bigint' ? `${value}n` : value,
  );
  const found = known.get(key);
  if (found !== undefined) return found;
  const made = make(context);
  if (known.size >= MOST) known.clear();
  known.set(key, made);
  return made;
}
