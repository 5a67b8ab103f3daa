import { Model } from '../kernel/model.js';
import { type Step, Trace } from '../kernel/trace.js';
import { isDecided } from '../kernel/verdict.js';
import { type Advice, advise } from './advise.js';
import { type Answer, answer } from './answer.js';
import type { Question } from './change.js';
import { checkQuestion } from './check_question.js';
import { askEveryProfile, type ProfileAnswer } from './profiles.js';

/** Everything there is to say about one request. */
export interface Explanation extends Answer {
  readonly question: Question;
  /** Every check the kernel made, in order. */
  readonly steps: readonly Step[];
  readonly advice: Advice;
  readonly profiles: readonly ProfileAnswer[];
}

/** Asks the model a request and everything around it: each check, what would make it pass, what other kernels say. */
export function explain(question: Question): Explanation {
  checkQuestion(question);
  const trace = new Trace({ steps: true });
  const answered = answer(new Model(question.world), question.request, trace);
  return {
    question,
    ...answered,
    steps: trace.steps ?? [],
    advice: answered.verdict.allowed ? { possible: true, changes: [] } : advise(question),
    profiles: isDecided(answered.verdict.outcome) ? askEveryProfile(question) : [],
  };
}
