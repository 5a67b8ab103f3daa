/** Most spellings remembered, and the longest: a file of ever new names must not fill the memory. */
const MAX_SPELLINGS = 1 << 17;
const MAX_SPELLING_LENGTH = 256;

/** What texts stand for; each distinct text is resolved once, as long as there is room to remember it. */
export class Spellings {
  readonly #ids = new Map<string, number>();
  readonly #resolve: (text: string) => number;

  /** `resolve` answers an id from 0, or a negative code for what stands for none. */
  constructor(resolve: (text: string) => number) {
    this.#resolve = resolve;
  }

  /** The id of a text, or the negative code. */
  idOf(text: string): number {
    const remembered = this.#ids.get(text);
    if (remembered !== undefined) return remembered;
    const id = this.#resolve(text);
    if (this.#ids.size < MAX_SPELLINGS && text.length <= MAX_SPELLING_LENGTH) this.#ids.set(detached(text), id);
    return id;
  }
}

/** A copy that does not keep the text it was cut from alive. */
export function detached(text: string): string {
  return ` ${text}`.slice(1);
}
