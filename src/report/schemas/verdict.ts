import * as z from 'zod/mini';
import { documented } from '../../scenario/documentation.js';
import {
  boolean,
  dispositionSchema,
  errnoNameSchema,
  integer,
  type JsonOf,
  reasonSchema,
  text,
  verdictWordSchema,
} from './values.js';

/** The keys of a verdict, wherever there is one. */
export const verdictShape = {
  verdict: verdictWordSchema,
  errno: documented(z.nullable(errnoNameSchema), { description: 'What bpf() returns; null where it does not fail.' }),
  reason: reasonSchema,
  reason_text: text('The reason in words.'),
  token: dispositionSchema,
};

/** The keys that say more of the token. */
export const tokenShape = {
  token_text: text('What became of the token, in words for this request.'),
  takes_token: boolean('A token can make a difference to this request.'),
};

export const failedByDroppedToken = boolean(
  'The request failed because its token was dropped: with the token counting, it would pass or fail otherwise.',
);

/** A verdict in itself, with the byte that stands for it in tables. */
export const verdictOfByte = documented(
  z.strictObject({
    ...verdictShape,
    verdict_byte: integer('The verdict in one byte, as the library returns it: from 0 to 255.'),
  }),
  { id: 'verdict_of_byte', description: 'A verdict, and the byte that stands for it.' },
);

export const step = documented(
  z.strictObject({
    fn: text('The kernel function that makes the check.'),
    ok: boolean('The check passed.'),
    text: text('What was checked and found, in words.'),
  }),
  { id: 'step', description: 'One check of the kernel.' },
);

export const steps = documented(z.array(step), { description: 'Every check the kernel makes, in order.' });

const verdict = z.strictObject(verdictShape);
const tokenFate = z.strictObject(tokenShape);
export type VerdictJson = JsonOf<typeof verdict>;
export type TokenJson = JsonOf<typeof tokenFate>;
export type VerdictOfByteJson = JsonOf<typeof verdictOfByte>;
