import { type Step, Trace } from '../kernel/trace.js';
import { isDecided } from '../kernel/verdict.js';
import { evaluateAcrossProfiles, type ProfileEvaluation } from './across_profiles.js';
import { type CausedEvaluation, evaluateWithCause } from './evaluate.js';
import { type Remediation, remediate } from './remediate.js';
import type { RequestContext } from './request_context.js';
import { checkRequestContext } from './request_context.js';

/** Everything there is to say about one request. */
export interface Explanation extends CausedEvaluation {
  readonly context: RequestContext;
  /** Every check the kernel made, in order. */
  readonly steps: readonly Step[];
  readonly advice: Remediation;
  readonly profiles: readonly ProfileEvaluation[];
}

/** Asks the model a request and everything around it: each check, what would make it pass, what other kernels say. */
export function explain(context: RequestContext): Explanation {
  checkRequestContext(context);
  const trace = new Trace({ steps: true });
  const evaluated = evaluateWithCause(context, trace);
  return {
    context,
    ...evaluated,
    steps: trace.steps ?? [],
    advice: evaluated.verdict.allowed ? { possible: true, changes: [] } : remediate(context),
    profiles: isDecided(evaluated.verdict.outcome) ? evaluateAcrossProfiles(context) : [],
  };
}
