import { quote } from '../names/unknown_name.js';

/** An invalid value of a record. `path` leads to it: keys, and indices of lists. */
export class FieldError extends Error {
  readonly path: readonly (string | number)[];

  constructor(path: readonly (string | number)[], expected: string, got: unknown) {
    super(
      `${formatPath(path)}: ${expected} is expected, ${got === undefined ? 'and it is missing' : `not ${shown(got)}`}`,
    );
    this.path = path;
  }
}

/** One object of a record, read key by key. Other keys are ignored. */
export class Fields {
  readonly #object: Readonly<Record<string, unknown>>;
  readonly #path: readonly (string | number)[];

  constructor(value: unknown, path: readonly (string | number)[] = []) {
    if (!isObject(value)) throw new FieldError(path, 'an object', value);
    this.#object = value;
    this.#path = path;
  }

  /** Whether there is a value other than null. */
  has(key: string): boolean {
    return this.#object[key] !== undefined && this.#object[key] !== null;
  }

  raw(key: string): unknown {
    return this.#object[key];
  }

  fail(key: string, expected: string): never {
    throw new FieldError([...this.#path, key], expected, this.#object[key]);
  }

  text(key: string): string {
    const value = this.#object[key];
    return typeof value === 'string' ? value : this.fail(key, 'text');
  }

  /** Text, or null where there is none. */
  textOrNull(key: string): string | null {
    return this.has(key) ? this.text(key) : null;
  }

  /** A whole number from 0 to 2^32-1; as hexadecimal text too. */
  u32(key: string): number {
    const given = this.#object[key];
    const value = typeof given === 'string' && /^0x[0-9a-f]+$/i.test(given) ? Number(given) : given;
    return isU32(value) ? value : this.fail(key, 'a whole number from 0 to 4294967295');
  }

  u32Or(key: string, otherwise: number): number {
    return this.has(key) ? this.u32(key) : otherwise;
  }

  /** An integer, which may be negative. */
  int(key: string): number {
    const value = this.#object[key];
    return Number.isSafeInteger(value) ? (value as number) : this.fail(key, 'a whole number');
  }

  flag(key: string): boolean {
    const value = this.#object[key];
    return typeof value === 'boolean' ? value : this.fail(key, 'true or false');
  }

  /** A 64-bit mask: `"0x21"`. */
  mask(key: string): bigint {
    const value = this.#object[key];
    if (typeof value === 'string' && /^(0x)?[0-9a-f]{1,16}$/i.test(value)) {
      return BigInt(value.startsWith('0x') || value.startsWith('0X') ? value : `0x${value}`);
    }
    return this.fail(key, 'a mask of 64 bits as hexadecimal text, say "0x21",');
  }

  oneOf<Name extends string>(key: string, names: readonly Name[]): Name {
    const value = this.#object[key];
    return (names as readonly unknown[]).includes(value)
      ? (value as Name)
      : this.fail(key, `one of ${names.join(', ')}`);
  }

  object(key: string): Fields {
    return new Fields(this.#object[key], [...this.#path, key]);
  }

  /** An object, or null where there is none. */
  objectOrNull(key: string): Fields | null {
    return this.has(key) ? this.object(key) : null;
  }

  list(key: string): readonly unknown[] {
    const value = this.#object[key];
    return Array.isArray(value) ? value : this.fail(key, 'a list');
  }

  objects(key: string): Fields[] {
    return this.list(key).map((value, i) => new Fields(value, [...this.#path, key, i]));
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isU32(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 0xffff_ffff;
}

/** `token.allowed_cmds`, `steps[2].by`; `the record` for an empty path. */
function formatPath(path: readonly (string | number)[]): string {
  const words = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`)).join('');
  return words === '' ? 'the record' : words.replace(/^\./, '');
}

function shown(value: unknown): string {
  return quote(typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value)));
}
