/** A verdict byte; or, where a side threw, what it said. */
export type Answer = number | string;

/** The ways to ask one request. */
export const WAYS = ['model', 'checkRequest', 'checkBatch', 'checkIds'] as const;
export type Way = (typeof WAYS)[number];

/** What each side says of one request. `checkIds` is missing where it cannot ask the request. */
export type Answers = Readonly<Record<Exclude<Way, 'checkIds'>, Answer>> & { readonly checkIds?: Answer };

/** Whether a side says otherwise than the model. Whoever throws is wrong, even if all do. */
export function disagree(answers: Answers): boolean {
  const { model } = answers;
  return typeof model === 'string' || WAYS.some((way) => answers[way] !== undefined && answers[way] !== model);
}

/** Findings of the same answers are taken for one. */
export function signatureOf(answers: Answers): string {
  return WAYS.map((way) => answers[way] ?? '').join('|');
}
