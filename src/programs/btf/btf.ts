import { BTF_KINDS, type BtfKind } from '../bpf_object.js';
import type { ByteReader } from '../byte_reader.js';
import type { BpfObjectError } from '../object_error.js';
import { TerminatedStrings } from '../terminated_strings.js';

export const BTF_MAGIC = 0xeb9f;
const BTF_VERSION = 1;
const TYPE_SIZE = 12;
const VLEN_MASK = 0xffff;

/** Bytes after a type: fixed, and for each of its `vlen` parts. Source: btf_type_size() of libbpf. */
const TRAILING: Readonly<Partial<Record<BtfKind, readonly [fixed: number, each: number]>>> = {
  int: [4, 0],
  array: [12, 0],
  struct: [0, 12],
  union: [0, 12],
  enum: [0, 8],
  func_proto: [0, 8],
  var: [4, 0],
  datasec: [0, 12],
  decl_tag: [4, 0],
  enum64: [0, 12],
};

/** A type of BTF: struct btf_type. */
export interface BtfType {
  /** From 1; 0 is void. */
  readonly id: number;
  readonly kind: BtfKind;
  /** Empty for a type without a name. */
  readonly name: string;
  /** How many members, values, parameters or variables follow; of a function its linkage. */
  readonly vlen: number;
  readonly kindFlag: boolean;
  /** In bytes where the kind has a size, or the id of another type. */
  readonly sizeOrType: number;
  /** Where its parts begin. In bytes from the start of BTF. */
  readonly parts: number;
}

/** A member of a struct or union. */
export interface BtfMember {
  readonly name: string;
  readonly type: number;
  readonly bitOffset: number;
}

/** A variable of a section of data. */
export interface BtfSectionVariable {
  /** A type of kind var; in .ksyms of kind func too. */
  readonly type: number;
  /** In bytes from the start of the section. */
  readonly offset: number;
  readonly size: number;
}

const VOID: BtfType = { id: 0, kind: 'void', name: '', vlen: 0, kindFlag: false, sizeOrType: 0, parts: 0 };

/** The types of .BTF. What a type refers to is looked up, and checked, when it is asked for. */
export class Btf {
  /** With void at 0. */
  readonly types: readonly BtfType[];
  readonly strings: TerminatedStrings;
  readonly #reader: ByteReader;
  #datasecs: ReadonlyMap<string, BtfType> | undefined;

  /** Throws BpfObjectError where the bytes are not BTF of version 1. */
  constructor(reader: ByteReader) {
    const { headerSize, strings, types } = readBtfHeader(reader);
    this.#reader = reader;
    this.strings = new TerminatedStrings(
      reader.within(headerSize + strings.offset, strings.length, 'the strings of .BTF'),
    );
    const start = headerSize + types.offset;
    reader.check(start, types.length, 'the types of .BTF');
    this.types = [VOID, ...this.#readTypes(start, start + types.length)];
  }

  /** Throws BpfObjectError for an id that there is none of; `from` is the type that has it. */
  type(id: number, from: BtfType): BtfType {
    const type = this.types[id];
    if (type) return type;
    throw this.error(from, `must refer to a type less than ${this.types.length}; it refers to ${id}`);
  }

  /** An error at a type: `must …`. */
  error(type: BtfType, message: string): BpfObjectError {
    const at = type.id === 0 ? 0 : type.parts - TYPE_SIZE;
    return this.#reader.error(at, `type ${type.id} (${type.kind}) of .BTF ${message}`);
  }

  /** The variables of a section are described by a type with its name. */
  datasec(section: string): BtfType | undefined {
    this.#datasecs ??= new Map(this.types.filter(({ kind }) => kind === 'datasec').map((type) => [type.name, type]));
    return this.#datasecs.get(section);
  }

  members(type: BtfType): BtfMember[] {
    return this.#parts(type, 12, (at, i) => {
      const offset = this.#reader.u32(at + 8, 'a member');
      return {
        name: this.#name(at, `member ${i} of type ${type.id}`),
        type: this.#reader.u32(at + 4, 'a member'),
        // With the flag, the upper 8 bits are the size of a bit field.
        bitOffset: type.kindFlag ? offset & 0xff_ffff : offset,
      };
    });
  }

  variables(datasec: BtfType): BtfSectionVariable[] {
    return this.#parts(datasec, 12, (at) => ({
      type: this.#reader.u32(at, 'a variable'),
      offset: this.#reader.u32(at + 4, 'a variable'),
      size: this.#reader.u32(at + 8, 'a variable'),
    }));
  }

  /** The first value of an enumeration; undefined where it has none. */
  firstValue(type: BtfType): bigint | undefined {
    if (type.vlen === 0) return undefined;
    const low = this.#reader.u32(type.parts + 4, 'a value');
    if (type.kind !== 'enum64') return BigInt(type.kindFlag ? low | 0 : low);
    return (BigInt(this.#reader.u32(type.parts + 8, 'a value')) << 32n) | BigInt(low);
  }

  array(type: BtfType): { readonly element: number; readonly count: number } {
    return {
      element: this.#reader.u32(type.parts, 'the element type'),
      count: this.#reader.u32(type.parts + 8, 'the number of elements'),
    };
  }

  /** BTF_VAR_*: 0 static, 1 global, 2 extern; of a function BTF_FUNC_*, the same numbers. */
  linkage(type: BtfType): number {
    return type.kind === 'func' ? type.vlen : this.#reader.u32(type.parts, 'the linkage');
  }

  #parts<Part>(type: BtfType, size: number, read: (at: number, index: number) => Part): Part[] {
    return Array.from({ length: type.vlen }, (_, i) => read(type.parts + i * size, i));
  }

  #name(at: number, what: string): string {
    return this.strings.at(this.#reader.u32(at, what), `the name of ${what}`);
  }

  #readTypes(start: number, end: number): BtfType[] {
    const found: BtfType[] = [];
    for (let at = start; at < end; ) {
      const type = this.#readType(at, found.length + 1);
      found.push(type);
      const [fixed, each] = TRAILING[type.kind] ?? [0, 0];
      at = type.parts + fixed + each * (type.kind === 'func' ? 0 : type.vlen);
      if (at > end) {
        const [most, given] = [this.#reader.base + end, this.#reader.base + at];
        throw this.error(type, `must end with the types, at byte ${most}; it ends at byte ${given}`);
      }
    }
    return found;
  }

  #readType(at: number, id: number): BtfType {
    const what = `type ${id} of .BTF`;
    const info = this.#reader.u32(at + 4, what);
    const number = (info >>> 24) & 0x1f;
    const kind = BTF_KINDS[number];
    if (kind === undefined || number === 0) {
      throw this.#reader.error(
        at + 4,
        `the kind of ${what} must be from 1 to ${BTF_KINDS.length - 1}; it is ${number}`,
      );
    }
    return {
      id,
      kind,
      name: this.#name(at, what),
      vlen: info & VLEN_MASK,
      kindFlag: info >>> 31 === 1,
      sizeOrType: this.#reader.u32(at + 8, what),
      parts: at + TYPE_SIZE,
    };
  }
}

interface Part {
  /** In bytes from the end of the header. */
  readonly offset: number;
  readonly length: number;
}

function readBtfHeader(reader: ByteReader): { headerSize: number; types: Part; strings: Part } {
  const headerSize = readBtfStart(reader, '.BTF');
  return {
    headerSize,
    types: { offset: reader.u32(8, 'type_off of .BTF'), length: reader.u32(12, 'type_len of .BTF') },
    strings: { offset: reader.u32(16, 'str_off of .BTF'), length: reader.u32(20, 'str_len of .BTF') },
  };
}

/** Checks what .BTF and .BTF.ext begin with, and returns hdr_len. */
export function readBtfStart(reader: ByteReader, name: string): number {
  const magic = reader.u16(0, `the magic number of ${name}`);
  if (magic !== BTF_MAGIC) {
    throw reader.error(
      0,
      `${name} must begin with 0x${BTF_MAGIC.toString(16)}; it begins with 0x${magic.toString(16)}`,
    );
  }
  const version = reader.u8(2, `the version of ${name}`);
  if (version !== BTF_VERSION) throw reader.error(2, `the version of ${name} must be 1; it is ${version}`);
  const size = reader.u32(4, `hdr_len of ${name}`);
  if (size < 24) throw reader.error(4, `hdr_len of ${name} must be at least 24; it is ${size}`);
  reader.check(0, size, `the header of ${name}`);
  return size;
}
