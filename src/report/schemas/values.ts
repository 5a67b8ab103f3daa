import * as z from 'zod/mini';
import { ERRNO_NAMES } from '../../abi/errno.js';
import { DISPOSITION_NAMES, OUTCOME_NAMES, VERDICT_WORDS } from '../../kernel/verdict.js';
import { PRE_NAMES } from '../../request/fault_names.js';
import { documented } from '../../scenario/documentation.js';

// The values that the schemas of the JSON outputs are made of. A key of an output is always there: null says that there is
// nothing to tell. Only maps by name (counts) leave out names that do not occur.

type DeepReadonly<Value> = Value extends readonly (infer Item)[]
  ? readonly DeepReadonly<Item>[]
  : Value extends object
    ? { readonly [Key in keyof Value]: DeepReadonly<Value[Key]> }
    : Value;

/** The values that satisfy a schema. */
export type JsonOf<Schema extends z.core.$ZodType> = DeepReadonly<z.infer<Schema>>;

export const text = (description: string) => documented(z.string(), { description });
export const textOrNull = (description: string) => documented(z.nullable(z.string()), { description });
export const texts = (description: string) => documented(z.array(z.string()), { description });
export const boolean = (description: string) => documented(z.boolean(), { description });
/** A whole number from `least` on. */
const whole = (least: number) => z.int().check(z.minimum(least));
export const integer = (description: string, least = 0) => documented(whole(least), { description });
export const integerOrNull = (description: string, least = 0) => documented(z.nullable(whole(least)), { description });
/** A number from 0 on. */
export const measured = (description: string) => documented(z.number().check(z.minimum(0)), { description });
/** How often each of some names occurred; names that did not are left out. */
export const countsBy = <Name extends z.core.$ZodRecordKey>(name: Name, description: string) =>
  documented(z.partialRecord(name, whole(0)), { description });
export const anyName = z.string();

export const verdictWordSchema = documented(z.enum(VERDICT_WORDS), {
  id: 'verdict',
  description:
    'allowed: bpf() goes on. denied: it returns an errno. undecided: the request does not say enough. ' +
    'bad: no such request can be made.',
});
export const errnoNameSchema = documented(z.enum(ERRNO_NAMES), {
  id: 'errno',
  description: 'The name of an error number.',
});
export const reasonSchema = documented(z.enum(OUTCOME_NAMES), {
  id: 'reason',
  description: 'Why a request got its verdict.',
});
export const dispositionSchema = documented(z.enum(DISPOSITION_NAMES), {
  id: 'token_disposition',
  description: 'What became of the token of a request.',
});
export const faultSchema = documented(z.enum(PRE_NAMES), {
  id: 'fault',
  description: 'What is wrong with the attributes or descriptors of a call; none: nothing.',
});
