import type { ErrnoName } from '../abi/errno.js';
import { Disposition, Outcome } from '../abi/verdict.js';
import { decodeVerdict, dispositionName, outcomeName } from './verdict.js';
import type { HelperRefusal, Withheld } from './verifier/withheld.js';

/** Why a request is answered as it is: the names of outcomes. docs/library.md has a sentence for each. */
export type Reason = Lowercase<keyof typeof Outcome>;
/** What became of the request's token: the names of dispositions. docs/library.md has a sentence for each. */
export type TokenDisposition = Lowercase<keyof typeof Disposition>;

/** A verdict as an object. */
export interface Decision {
  /** The request goes on: no check of the model refuses it. */
  readonly allowed: boolean;
  /**
   * What bpf() returns where it fails; null where it does not, and where the request cannot be made. Of a verdict byte alone it is null
   * for liberty_not_granted too: each liberty has its own.
   */
  readonly errno: ErrnoName | null;
  readonly reason: Reason;
  readonly token: TokenDisposition;
  /** What the verifier withholds from the program; absent where it withholds nothing. */
  readonly withheld?: WithheldDecision;
}

/** The first thing that a program needs and that the verifier does not permit. */
export interface WithheldDecision {
  readonly kind: Withheld['kind'];
  /** The name of the helper or the liberty. */
  readonly name: string;
  readonly refusal: HelperRefusal;
  /** The capability that is missing; null where none would help. */
  readonly capability: string | null;
}

/** Every reason. */
export const REASONS: readonly Reason[] = namesOf<Reason>(Outcome);
/** All that can become of a token. */
export const TOKEN_DISPOSITIONS: readonly TokenDisposition[] = namesOf<TokenDisposition>(Disposition);

/** The decision that a verdict byte stands for; one object for each byte. Throws as decodeVerdict() does. */
export function decisionOf(byte: number): Decision {
  const known = decisions[byte];
  if (known) return known;
  const { allowed, errno, outcome, disposition } = decodeVerdict(byte);
  const decision = Object.freeze({
    allowed,
    errno,
    reason: outcomeName(outcome) as Reason,
    token: dispositionName(disposition) as TokenDisposition,
  });
  decisions[byte] = decision;
  return decision;
}

const decisions: Decision[] = [];

function namesOf<Name extends string>(values: object): Name[] {
  return Object.keys(values)
    .filter((name) => !/^\d+$/.test(name))
    .map((name) => name.toLowerCase() as Name);
}
