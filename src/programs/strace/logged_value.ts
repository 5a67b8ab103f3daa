/** A value as strace prints it. */
export type LoggedValue =
  /** `"..."`, its escapes undone: a character for each byte. `isCut`: strace left the end out (`"abc"...`). */
  | { readonly kind: 'text'; readonly text: string; readonly isCut: boolean }
  /** `{a=1, b=2}`. `isPartial`: it has fields that strace does not print (`...`). */
  | { readonly kind: 'struct'; readonly fields: readonly LoggedField[]; readonly isPartial: boolean }
  /** `[1, 2]`. */
  | { readonly kind: 'list'; readonly items: readonly LoggedField[]; readonly isPartial: boolean }
  /**
   * A number, a name, names and numbers joined by `|`, or a macro with arguments. `path` is what stands behind a descriptor in angle
   * brackets. A comment of strace is left out.
   */
  | { readonly kind: 'word'; readonly word: string; readonly path?: string | undefined };

/** A value with its name, where it has one: a field of a structure, an argument. */
export interface LoggedField {
  readonly name: string | undefined;
  readonly value: LoggedValue;
}

/** What stands in a text where a value is expected, and does not belong there. `at` is its index in UTF-16 units. */
export class ValueFault {
  readonly at: number;
  readonly message: string;

  constructor(at: number, message: string) {
    this.at = at;
    this.message = message;
  }
}

/** Structures and lists may stand in each other this deep; bpf() needs two. */
const MAX_DEPTH = 16;

const NAME = /[A-Za-z_][A-Za-z0-9_]*=(?!=)/y;
/** What has a path behind it. */
const DESCRIPTOR = /^(?:-?\d{1,10}|0x[0-9a-f]{1,8}|AT_FDCWD)$/;
const MAX_DIGITS = 11;
const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  v: '\v',
  f: '\f',
  a: '\x07',
  b: '\b',
  e: '\x1b',
};

/** Reads values as strace prints them, from a place in a text on. Each character is looked at a bounded number of times. */
export class ValueReader {
  readonly #text: string;
  #at: number;

  constructor(text: string, at: number) {
    this.#text = text;
    this.#at = at;
  }

  /** Index of the next character. */
  get at(): number {
    return this.#at;
  }

  /** The fields up to a closing bracket, which is read too. Throws a ValueFault. */
  fields(close: string, depth = 0): { readonly fields: readonly LoggedField[]; readonly isPartial: boolean } {
    const fields: LoggedField[] = [];
    let isPartial = false;
    this.#blanks();
    while (!this.#takes(close)) {
      if (this.#at >= this.#text.length) throw new ValueFault(this.#at, `the line ends before the "${close}"`);
      if (this.#takes('...')) isPartial = true;
      else fields.push(this.#field(depth));
      this.#blanks();
      // What the kernel wrote back: `{…} => {…}`.
      if (this.#takes('=>')) {
        this.#blanks();
        this.#field(depth);
        this.#blanks();
      }
      // Some calls print elements of a list with blanks between them.
      if (this.#takes(',')) this.#blanks();
    }
    return { fields, isPartial };
  }

  #field(depth: number): LoggedField {
    NAME.lastIndex = this.#at;
    const name = NAME.exec(this.#text)?.[0];
    if (name !== undefined) this.#at += name.length;
    return { name: name?.slice(0, -1), value: this.#value(depth) };
  }

  #value(depth: number): LoggedValue {
    if (depth > MAX_DEPTH) throw new ValueFault(this.#at, `structures stand in each other more than ${MAX_DEPTH} deep`);
    if (this.#takes('"')) return this.#string();
    if (this.#takes('{')) return { kind: 'struct', ...this.fields('}', depth + 1) };
    if (this.#takes('[') || this.#takes('~[')) {
      const { fields, isPartial } = this.fields(']', depth + 1);
      return { kind: 'list', items: fields, isPartial };
    }
    return this.#word();
  }

  #string(): LoggedValue {
    const parts: string[] = [];
    const start = this.#at - 1;
    for (;;) {
      const character = this.#text[this.#at];
      if (character === undefined) throw new ValueFault(start, 'the line ends before the closing quote');
      this.#at += 1;
      if (character === '"') break;
      parts.push(character === '\\' ? this.#escape() : character);
    }
    return { kind: 'text', text: parts.join(''), isCut: this.#takes('...') };
  }

  #escape(): string {
    const digits = /[0-7]{1,3}|x[0-9a-fA-F]{1,2}/y;
    digits.lastIndex = this.#at;
    const found = digits.exec(this.#text)?.[0];
    if (found !== undefined) {
      this.#at += found.length;
      const code = found.startsWith('x') ? Number.parseInt(found.slice(1), 16) : Number.parseInt(found, 8);
      return String.fromCharCode(code & 0xff);
    }
    const next = this.#text[this.#at] ?? '';
    this.#at += next.length;
    return ESCAPES[next] ?? next;
  }

  /** Up to a comma or a bracket that closes; brackets that open in it close in it. */
  #word(): LoggedValue {
    const parts: string[] = [];
    const start = this.#at;
    let path: string | undefined;
    let open = 0;
    while (this.#at < this.#text.length) {
      const character = this.#text[this.#at] as string;
      if (character === '(') open += 1;
      else if (character === ')' && open > 0) open -= 1;
      else if (open === 0 && /[,)}\]]/.test(character)) break;
      if (this.#text.startsWith('/*', this.#at)) {
        const end = this.#text.indexOf('*/', this.#at + 2);
        if (end === -1) throw new ValueFault(this.#at, 'the line ends before the end of the comment');
        this.#at = end + 2;
      } else if (open === 0 && this.#text.startsWith('=>', this.#at)) {
        break;
      } else if (character === '<' && open === 0 && this.#isDescriptor(parts)) {
        path = this.#path();
      } else {
        parts.push(character);
        this.#at += 1;
      }
    }
    const word = parts.join('').trim();
    if (word === '' && path === undefined) throw new ValueFault(start, 'a value is expected here');
    return { kind: 'word', word, path };
  }

  /** Whether what was read is a descriptor with a path behind it: `1<<CAP_BPF` is none. */
  #isDescriptor(parts: readonly string[]): boolean {
    return parts.length <= MAX_DIGITS && this.#text[this.#at + 1] !== '<' && DESCRIPTOR.test(parts.join(''));
  }

  /** `</sys/fs/bpf>`: sockets have an arrow in it, which is not its end. */
  #path(): string {
    const start = this.#at + 1;
    const end = pathEnd(this.#text, start);
    if (end === -1) throw new ValueFault(this.#at, 'the line ends before the ">"');
    this.#at = end + 1;
    // A file that has no name any more.
    this.#takes('(deleted)');
    return unescaped(this.#text.slice(start, end));
  }

  #takes(text: string): boolean {
    if (!this.#text.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }

  #blanks(): void {
    while (this.#text[this.#at] === ' ') this.#at += 1;
  }
}

/** Index of the `>` that ends what stands behind a descriptor; -1 where there is none. */
export function pathEnd(text: string, start: number): number {
  for (let at = text.indexOf('>', start); at !== -1; at = text.indexOf('>', at + 1)) {
    const next = text[at + 1];
    if (next === undefined || !/[\w[:]/.test(next)) return at;
  }
  return -1;
}

/** A path whose octal escapes are undone, as UTF-8 where it is that. */
function unescaped(text: string): string {
  return text.replace(/\\([0-7]{1,3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8) & 0xff));
}
