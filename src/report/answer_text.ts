import { OUTCOME_MASK, Outcome } from '../abi/verdict.js';
import { type Answer, type Answers, WAYS } from '../differential/answers.js';
import { decodeVerdict, dispositionName, isDecided, outcomeName } from '../kernel/verdict.js';
import type { AnswersJson, FuzzAnswerJson } from './schemas/fuzz_case.js';
import { verdictOfByteJson } from './verdict_json.js';
import { describeReason } from './verdict_text.js';

/** `EPERM, cap_bpf_missing (CAP_BPF is missing), token used`: an answer in words. */
export function formatAnswer(answer: Answer): string {
  if (typeof answer === 'string') return answer;
  if (!isVerdict(answer)) return `${answer}, which is no verdict`;
  const { outcome, disposition, allowed, errno } = decodeVerdict(answer);
  const verdict = allowed ? 'allowed' : isDecided(outcome) ? (errno ?? 'denied') : 'not asked';
  return `${verdict}, ${outcomeName(outcome)} (${describeReason(outcome)}), token ${dispositionName(disposition)}`;
}

/** An answer as JSON. */
export function answerJson(answer: Answer): FuzzAnswerJson {
  if (typeof answer === 'string') return { threw: answer };
  return isVerdict(answer) ? verdictOfByteJson(answer) : { verdict_byte: answer };
}

/** What each side says, a line each. */
export function answersLines(answers: Answers): string[] {
  return WAYS.flatMap((way) => {
    const answer = answers[way];
    return answer === undefined ? [] : [`${way.padEnd(12)}  ${formatAnswer(answer)}`];
  });
}

/** What each side says, as JSON. */
export function answersJson({ model, decideRequest, decideBatch, decideIds }: Answers): AnswersJson {
  return {
    model: answerJson(model),
    decide_request: answerJson(decideRequest),
    decide_batch: answerJson(decideBatch),
    decide_ids: decideIds === undefined ? null : answerJson(decideIds),
  };
}

/** Whether a number that an implementation answered stands for a verdict. */
function isVerdict(answer: number): boolean {
  return answer <= 255 && Outcome[answer & OUTCOME_MASK] !== undefined;
}
