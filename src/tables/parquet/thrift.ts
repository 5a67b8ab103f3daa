/** What a field holds, as far as it is wanted; `present` is true where the field is there. */
export type FieldShape = 'bool' | 'number' | 'text' | 'present' | StructShape | readonly [FieldShape];

/** The wanted fields of a struct: a name, and the number and shape of the field. */
export interface StructShape {
  readonly [name: string]: readonly [id: number, shape: FieldShape];
}

/** What a field of a shape becomes. */
type FieldValue<Shape> = Shape extends 'bool' | 'present'
  ? boolean
  : Shape extends 'number'
    ? number
    : Shape extends 'text'
      ? string
      : Shape extends readonly [infer Element]
        ? FieldValue<Element>[]
        : StructValue<Shape>;

/** What a struct of a shape becomes; fields that are not there are missing. */
export type StructValue<Shape> = {
  -readonly [Name in keyof Shape]?: Shape[Name] extends readonly [number, infer Field] ? FieldValue<Field> : never;
};

/** The bytes end before the struct does. */
export class EndsEarlyError extends Error {
  override readonly name = 'EndsEarlyError';

  constructor() {
    super('it ends early, or says that something in it is longer than it can be');
  }
}

// Types of the compact protocol.
const STOP = 0;
const TRUE = 1;
const FALSE = 2;
const I8 = 3;
const I16 = 4;
const I32 = 5;
const I64 = 6;
const DOUBLE = 7;
const BINARY = 8;
const LIST = 9;
const SET = 10;
const MAP = 11;
const STRUCT = 12;

/** Most bytes of the numbers of each type: seven bits are in each. */
const MAX_BYTES: Readonly<Record<number, number>> = { [I16]: 3, [I32]: 5, [I64]: 10 };
const DOUBLE_BYTES = 8;
/** Of a length and a field's number. */
const MAX_LENGTH_BYTES = 5;
/** In place of a list's length: it comes in bytes of its own. */
const LONG_LIST = 15;
/** Structs and lists inside of others. */
const MAX_DEPTH = 32;
/** Elements of wanted lists, which take more memory than the bytes they are read from. */
const MAX_ELEMENTS = 1 << 22;
const DECODER = new TextDecoder();

/**
 * Reads structs of Thrift's compact protocol: the wanted fields, all others are passed over. No length is believed that goes
 * beyond the bytes, and no number that is longer than its type.
 */
export class ThriftReader {
  readonly #bytes: Uint8Array;
  #elements = 0;
  /** Where the next byte lies. */
  at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Reads the next struct. Throws an EndsEarlyError where the bytes end before, and an Error in words for what is none. */
  struct<Shape extends StructShape>(shape: Shape): StructValue<Shape> {
    return this.#struct(shape, 0) as StructValue<Shape>;
  }

  #struct(shape: StructShape, depth: number): object {
    if (depth > MAX_DEPTH) throw new Error(`it has structs more than ${MAX_DEPTH} deep`);
    const wanted = Object.entries(shape);
    const value: Record<string, unknown> = {};
    for (let id = 0; ; ) {
      const head = this.#byte();
      const type = head & 15;
      if (type === STOP) return value;
      id = head >> 4 === 0 ? zigzag(this.#varint(MAX_BYTES[I16] as number)) : id + (head >> 4);
      const field = wanted.find(([, [number]]) => number === id);
      if (field) value[field[0]] = this.#value(type, field[1][1], depth, field[0]);
      else this.#skip(type, depth);
    }
  }

  #value(type: number, shape: FieldShape, depth: number, name: string): unknown {
    const isOf = (...types: number[]): void => {
      if (!types.includes(type)) throw new Error(`its ${name} is of another type than it should be`);
    };
    switch (shape) {
      case 'present':
        this.#skip(type, depth);
        return true;
      case 'bool':
        isOf(TRUE, FALSE);
        return type === TRUE;
      case 'number':
        isOf(I8, I16, I32, I64);
        return type === I8 ? (this.#byte() << 24) >> 24 : zigzag(this.#varint(MAX_BYTES[type] as number));
      case 'text':
        isOf(BINARY);
        return DECODER.decode(this.#take(this.#length(1)));
    }
    if (!isList(shape)) {
      isOf(STRUCT);
      return this.#struct(shape, depth + 1);
    }
    isOf(LIST);
    const [elementShape] = shape;
    const list = this.#list();
    const values: unknown[] = [];
    this.#elements += list.length;
    if (this.#elements > MAX_ELEMENTS) {
      throw new Error(`it lists more than ${MAX_ELEMENTS.toLocaleString('en')} things: write larger row groups`);
    }
    for (let i = 0; i < list.length; i++) values.push(this.#value(list.type, elementShape, depth + 1, name));
    return values;
  }

  #skip(type: number, depth: number): void {
    if (depth > MAX_DEPTH) throw new Error(`it has structs more than ${MAX_DEPTH} deep`);
    if (type === TRUE || type === FALSE) return;
    if (type === I8) this.#take(1);
    else if (type === DOUBLE) this.#take(DOUBLE_BYTES);
    else if (type === BINARY) this.#take(this.#length(1));
    else if (type === STRUCT) this.#skipStruct(depth + 1);
    else if (type === LIST || type === SET) this.#skipList(depth + 1);
    else if (type === MAP) this.#skipMap(depth + 1);
    else if (MAX_BYTES[type] !== undefined) this.#varint(MAX_BYTES[type]);
    else throw new Error(`it has a field of the unknown type ${type}`);
  }

  #skipStruct(depth: number): void {
    for (let head = this.#byte(); (head & 15) !== STOP; head = this.#byte()) {
      if (head >> 4 === 0) this.#varint(MAX_BYTES[I16] as number);
      this.#skip(head & 15, depth);
    }
  }

  #skipList(depth: number): void {
    const { type, length } = this.#list();
    for (let i = 0; i < length; i++) this.#skipElement(type, depth);
  }

  #skipMap(depth: number): void {
    const pairs = this.#length(2);
    if (pairs === 0) return;
    const types = this.#byte();
    for (let i = 0; i < pairs; i++) {
      this.#skipElement(types >> 4, depth);
      this.#skipElement(types & 15, depth);
    }
  }

  /** In lists, a truth value has a byte of its own. */
  #skipElement(type: number, depth: number): void {
    if (type === TRUE || type === FALSE) this.#take(1);
    else this.#skip(type, depth);
  }

  #list(): { readonly type: number; readonly length: number } {
    const head = this.#byte();
    const short = head >> 4;
    if (short === LONG_LIST) return { type: head & 15, length: this.#length(1) };
    if (short > this.#bytes.length - this.at) throw new EndsEarlyError();
    return { type: head & 15, length: short };
  }

  /** A number of elements, each with a minimum size in bytes. */
  #length(bytes: number): number {
    const length = this.#varint(MAX_LENGTH_BYTES);
    if (length * bytes > this.#bytes.length - this.at) throw new EndsEarlyError();
    return length;
  }

  /** Below 2^53 exact, else about. */
  #varint(maxBytes: number): number {
    let number = 0;
    for (let i = 0, factor = 1; i < maxBytes; i++, factor *= 128) {
      const byte = this.#byte();
      number += (byte & 0x7f) * factor;
      if (byte < 0x80) return number;
    }
    throw new Error('a number in it is longer than its type can be');
  }

  #byte(): number {
    if (this.at >= this.#bytes.length) throw new EndsEarlyError();
    return this.#bytes[this.at++] as number;
  }

  #take(bytes: number): Uint8Array {
    if (bytes > this.#bytes.length - this.at) throw new EndsEarlyError();
    const at = this.at;
    this.at += bytes;
    return this.#bytes.subarray(at, this.at);
  }
}

function isList(shape: FieldShape): shape is readonly [FieldShape] {
  return Array.isArray(shape);
}

function zigzag(number: number): number {
  return number % 2 === 0 ? number / 2 : -(number + 1) / 2;
}
