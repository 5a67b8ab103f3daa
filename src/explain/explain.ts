import { Model, verdictByte } from '../kernel/model.js';
import { type Step, Trace } from '../kernel/trace.js';
import { decodeVerdict, isDecided, type Verdict } from '../report/verdict.js';
import { type Advice, advise } from './advise.js';
import type { Question } from './change.js';
import { askEveryProfile, type ProfileAnswer } from './profiles.js';

/** Everything there is to say about one request. */
export interface Explanation {
  readonly question: Question;
  readonly verdict: Verdict;
  /** What the call returned: a descriptor or 0, or a negated errno. */
  readonly returned: number;
  /** Every check the kernel made, in order. */
  readonly steps: readonly Step[];
  readonly advice: Advice;
  readonly profiles: readonly ProfileAnswer[];
}

/** Asks the model a request and everything around it: each check, what would make it pass, what other kernels say. */
export function explain(question: Question): Explanation {
  const trace = new Trace({ steps: true });
  const returned = new Model(question.world).call(question.request, trace);
  const verdict = decodeVerdict(verdictByte(trace));
  return {
    question,
    verdict,
    returned,
    steps: trace.steps ?? [],
    advice: verdict.allowed ? { possible: true, changes: [] } : advise(question),
    profiles: isDecided(verdict.outcome) ? askEveryProfile(question) : [],
  };
}
