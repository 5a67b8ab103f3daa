/** A verdict byte; or, where an implementation threw, the message. */
export type Answer = number | string;

/** The ways to decide one request. */
export const WAYS = ['model', 'decideRequest', 'decideBatch', 'decideIds'] as const;
export type Way = (typeof WAYS)[number];

/** The answers of all implementations to one request. `decideIds` is missing where its parameters cannot express the request. */
export type Answers = Readonly<Record<Exclude<Way, 'decideIds'>, Answer>> & { readonly decideIds?: Answer };

/** Whether an answer differs from the model's. A thrown error always counts as different. */
export function disagree(answers: Answers): boolean {
  const { model } = answers;
  return typeof model === 'string' || WAYS.some((way) => answers[way] !== undefined && answers[way] !== model);
}

/** Findings with the same answers count as one. */
export function signatureOf(answers: Answers): string {
  return WAYS.map((way) => answers[way] ?? '').join('|');
}
