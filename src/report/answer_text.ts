import { Outcome } from '../abi/verdict.js';
import { type Answer, type Answers, WAYS } from '../differential/answers.js';
import { decodeVerdict, dispositionName, isDecided, outcomeName } from '../kernel/verdict.js';
import { describeReason } from './verdict_text.js';

/** `EPERM, cap_bpf_missing (CAP_BPF is missing), token used`: an answer in words. */
export function formatAnswer(answer: Answer): string {
  if (typeof answer === 'string') return answer;
  const { outcome, disposition, allowed, errno } = decodeVerdict(answer);
  if (answer > 255 || Outcome[outcome] === undefined) return `${answer}, which is no verdict`;
  const verdict = allowed ? 'allowed' : isDecided(outcome) ? errno : 'not asked';
  return `${verdict}, ${outcomeName(outcome)} (${describeReason(outcome)}), token ${dispositionName(disposition)}`;
}

/** An answer as JSON. */
export function answerJson(answer: Answer): object {
  if (typeof answer === 'string') return { threw: answer };
  const { outcome, disposition, allowed, errno } = decodeVerdict(answer);
  if (answer > 255 || Outcome[outcome] === undefined) return { verdict_byte: answer };
  const verdict = allowed ? 'allowed' : isDecided(outcome) ? 'denied' : 'undecided';
  return {
    verdict,
    errno,
    reason: outcomeName(outcome),
    token: dispositionName(disposition),
    verdict_byte: answer,
  };
}

/** What each side says, a line each. */
export function answersLines(answers: Answers): string[] {
  return WAYS.flatMap((way) => {
    const answer = answers[way];
    return answer === undefined ? [] : [`${way.padEnd(12)}  ${formatAnswer(answer)}`];
  });
}

/** What each side says, as JSON. */
export function answersJson(answers: Answers): object {
  return Object.fromEntries(
    WAYS.flatMap((way) => {
      const answer = answers[way];
      return answer === undefined ? [] : [[way, answerJson(answer)]];
    }),
  );
}
