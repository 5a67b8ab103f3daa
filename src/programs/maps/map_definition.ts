import type { InnerMap } from '../bpf_object.js';
import type { Btf, BtfMember, BtfType } from '../btf/btf.js';
import { sizeOfType, withoutModifiers } from '../btf/resolve.js';
import type { SpecialFields } from '../btf/special_fields.js';
import { btfNeedsOfType, MAPS_OF_MAPS, PROG_ARRAY } from './map_types.js';

/** A map as a structure of BTF defines it. */
export interface MapDefinitionParts extends InnerMap {
  readonly pinning: number;
  readonly inner: InnerMap | undefined;
  /** Where the array `values` begins, in bytes from the start of the structure; undefined without one. */
  readonly valuesOffset: number | undefined;
}

type Numbers = Partial<Record<NumberField, bigint>>;
type NumberField = keyof typeof NUMBER_FIELDS;
/** Members whose number is the number of elements of an array, or the value of an enumeration. */
const NUMBER_FIELDS = {
  type: true,
  max_entries: true,
  map_flags: true,
  numa_node: true,
  key_size: true,
  value_size: true,
  pinning: true,
  map_extra: true,
} as const;

/** Reads definitions of maps in BTF. Each structure is read once, however many maps have it. Source: parse_btf_map_def() of libbpf. */
export class MapDefinitions {
  readonly #btf: Btf;
  readonly #fields: SpecialFields;
  readonly #known = new Map<number, MapDefinitionParts>();

  constructor(btf: Btf, fields: SpecialFields) {
    this.#btf = btf;
    this.#fields = fields;
  }

  /** The definition in a structure. Throws BpfObjectError where a member is not what such a member is, or the type of the map is missing. */
  of(structure: BtfType): MapDefinitionParts {
    const known = this.#known.get(structure.id);
    if (known) return known;
    const read = this.#read(structure, false);
    this.#known.set(structure.id, read);
    return read;
  }

  #read(structure: BtfType, isInner: boolean): MapDefinitionParts {
    if (structure.kind !== 'struct') throw this.#btf.error(structure, 'must be a structure: it defines a map');
    const members = new Map(this.#btf.members(structure).map((member) => [member.name, member]));
    const numbers: Numbers = {};
    for (const name of Object.keys(NUMBER_FIELDS) as NumberField[]) {
      const member = members.get(name);
      if (member) numbers[name] = this.#number(member, structure);
    }
    const type = Number(numbers.type ?? 0n);
    if (type === 0) throw this.#btf.error(structure, 'must have a member `type`, not 0: it defines a map');
    const key = this.#pointed(members.get('key'), structure);
    const value = this.#pointed(members.get('value'), structure);
    const values = members.get('values');
    if (values && isInner) throw this.#btf.error(structure, 'must have no member `values`: an inner map holds no maps');
    const needs = value ? this.#fields.of(value.id, structure) : [];
    return {
      type,
      keySize: key ? sizeOfType(this.#btf, key.id, structure) : Number(numbers.key_size ?? 0n),
      valueSize: values ? 4 : value ? sizeOfType(this.#btf, value.id, structure) : Number(numbers.value_size ?? 0n),
      maxEntries: Number(numbers.max_entries ?? 0n),
      flags: Number(numbers.map_flags ?? 0n),
      numaNode: numbers.numa_node === undefined ? undefined : Number(numbers.numa_node),
      extra: numbers.map_extra ?? 0n,
      pinning: Number(numbers.pinning ?? 0n),
      hasBtfTypes: key !== undefined || value !== undefined,
      btfNeeds: [...new Set([...btfNeedsOfType(type), ...needs])],
      inner: values && MAPS_OF_MAPS.has(type) ? this.#inner(values, structure) : undefined,
      valuesOffset: values && (MAPS_OF_MAPS.has(type) || type === PROG_ARRAY) ? values.bitOffset / 8 : undefined,
    };
  }

  /** `int (*name)[NUMBER]`, or an enumeration of one value. */
  #number(member: BtfMember, structure: BtfType): bigint {
    const type = withoutModifiers(this.#btf, member.type, structure);
    if (type.kind === 'enum' || type.kind === 'enum64') {
      const value = this.#btf.firstValue(type);
      if (value !== undefined) return BigInt.asUintN(member.name === 'map_extra' ? 64 : 32, value);
    }
    const pointed = type.kind === 'ptr' ? withoutModifiers(this.#btf, type.sizeOrType, type) : type;
    if (type.kind === 'ptr' && pointed.kind === 'array') return BigInt(this.#btf.array(pointed).count);
    throw this.#btf.error(
      structure,
      `must have a pointer to an array as its member ${member.name}: it defines a map, and the number of elements is the value; the member is ${type.kind}`,
    );
  }

  /** What a pointer to the type of keys or values points to. */
  #pointed(member: BtfMember | undefined, structure: BtfType): BtfType | undefined {
    if (!member) return undefined;
    const type = this.#btf.type(member.type, structure);
    if (type.kind === 'ptr') return this.#btf.type(type.sizeOrType, type);
    throw this.#btf.error(
      structure,
      `must have a pointer as its member ${member.name}: it defines a map; the member is ${type.kind}`,
    );
  }

  /** The map that a map of maps holds: `struct … *values[]`. */
  #inner(values: BtfMember, structure: BtfType): InnerMap {
    const array = this.#btf.type(values.type, structure);
    if (array.kind !== 'array') {
      throw this.#btf.error(structure, `must have an array as its member values; the member is ${array.kind}`);
    }
    const pointer = withoutModifiers(this.#btf, this.#btf.array(array).element, array);
    if (pointer.kind !== 'ptr') {
      throw this.#btf.error(structure, `must have an array of pointers as its member values, not of ${pointer.kind}`);
    }
    const {
      pinning: _,
      inner: __,
      valuesOffset: ___,
      ...inner
    } = this.#read(withoutModifiers(this.#btf, pointer.sizeOrType, pointer), true);
    return inner;
  }
}
