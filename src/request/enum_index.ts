import { InvalidRequestError, UnknownNameError } from '../errors.js';
import type { Profile } from '../kernel/profile.js';
import { isU32 } from '../kernel/ranges.js';
import type { EnumKind } from '../kernel/vocabulary.js';
import { KIND_LABEL, resolveName } from '../names/spelling.js';
import { unknownInVocabulary } from '../names/unknown_name.js';
import { interned } from './intern.js';

/** Spellings cached of each kind, and the longest cached one: callers that invent spellings must not fill the memory. */
const MAX_SPELLINGS = 4096;
const MAX_SPELLING_LENGTH = 64;

/** The numbers of commands or types in any common spelling. A spelling is resolved once, then it is looked up. */
export class EnumIndex {
  readonly #profile: Profile;
  readonly #kind: EnumKind;
  readonly #field: string;
  readonly #numbers = new Map<string | number, number>();

  /** `field` is what a request calls it. */
  constructor(profile: Profile, kind: EnumKind, field: string) {
    this.#profile = profile;
    this.#kind = kind;
    this.#field = field;
    const { vocabulary } = profile;
    // Common spellings are cached from the start; callers cannot evict them with other spellings.
    for (const name of vocabulary.names(kind)) this.#resolve(name);
    for (const { name } of vocabulary.enumerators[kind]) this.#resolve(name);
  }

  /**
   * The number of a name, or the number given (0 to 2^32-1), known to the kernel or not.
   * Throws an UnknownNameError, and an InvalidRequestError for what is neither a name nor such a number.
   */
  numberOf(written: string | number): number {
    const number = this.#numbers.get(written);
    return number !== undefined ? number : this.#other(written);
  }

  #other(written: string | number): number {
    if (isU32(written)) return written;
    if (typeof written === 'string') {
      const number = this.#resolve(written);
      if (number !== undefined) return number;
      const complaint = unknownInVocabulary(this.#profile, this.#kind, written);
      throw new UnknownNameError(KIND_LABEL[this.#kind], written, complaint);
    }
    const given = typeof written === 'number' ? String(written) : typeof written;
    const message = `${this.#field} is ${given}: the name or number of a ${KIND_LABEL[this.#kind]} is expected`;
    throw new InvalidRequestError(this.#field, message.replace('a attach', 'an attach'));
  }

  /** Resolves a spelling and remembers it, if it stands for anything. */
  #resolve(text: string): number | undefined {
    const number = resolveName(this.#profile.vocabulary, this.#kind, text);
    const isKept = text.length <= MAX_SPELLING_LENGTH && this.#numbers.size < MAX_SPELLINGS;
    if (number !== undefined && isKept) this.#numbers.set(interned(text), number);
    return number;
  }
}
