import type { BtfKind } from '../bpf_object.js';
import type { BpfObjectError } from '../object_error.js';
import type { Btf, BtfType } from './btf.js';

/** Types that lead to another are followed this far: MAX_RESOLVE_DEPTH of libbpf. */
const MOST_STEPS = 32;
const POINTER_SIZE = 8;

const MODIFIERS: readonly BtfKind[] = ['typedef', 'volatile', 'const', 'restrict', 'type_tag'];
/** Kinds whose types have a size of their own. */
const SIZED: readonly BtfKind[] = ['int', 'struct', 'union', 'enum', 'enum64', 'datasec', 'float'];
/** Kinds whose types have the size of another type. */
const PASSING: readonly BtfKind[] = [...MODIFIERS, 'var', 'decl_tag'];

/** The type behind typedefs, qualifiers and tags. Throws BpfObjectError for more than 32 of them. */
export function withoutModifiers(btf: Btf, id: number, from: BtfType): BtfType {
  let type = btf.type(id, from);
  for (let steps = 0; MODIFIERS.includes(type.kind); steps++) {
    if (steps === MOST_STEPS) throw tooDeep(btf, from);
    type = btf.type(type.sizeOrType, type);
  }
  return type;
}

/**
 * How many bytes a value of a type has: less than 2^32. Throws BpfObjectError for a type without a size, and for more than 32 steps.
 * Source: btf__resolve_size() of libbpf.
 */
export function sizeOfType(btf: Btf, id: number, from: BtfType): number {
  let count = 1;
  let type = btf.type(id, from);
  for (let steps = 0; steps < MOST_STEPS; steps++) {
    if (SIZED.includes(type.kind)) return checkedSize(btf, count * type.sizeOrType, from);
    if (type.kind === 'ptr') return checkedSize(btf, count * POINTER_SIZE, from);
    if (type.kind === 'array') {
      const array = btf.array(type);
      count *= array.count;
      type = btf.type(array.element, type);
    } else if (PASSING.includes(type.kind)) {
      type = btf.type(type.sizeOrType, type);
    } else throw btf.error(from, `must refer to a type with a size; it refers to type ${type.id} (${type.kind})`);
  }
  throw tooDeep(btf, from);
}

/** To how many bytes a number, or an array of numbers, is aligned; 8 for others. Source: btf__align_of() of libbpf. */
export function alignmentOfNumber(btf: Btf, id: number, from: BtfType): number {
  let type = withoutModifiers(btf, id, from);
  for (let steps = 0; type.kind === 'array'; steps++) {
    if (steps === MOST_STEPS) throw tooDeep(btf, from);
    type = withoutModifiers(btf, btf.array(type).element, type);
  }
  return type.kind === 'ptr' ? POINTER_SIZE : Math.min(POINTER_SIZE, Math.max(1, type.sizeOrType));
}

function checkedSize(btf: Btf, size: number, from: BtfType): number {
  if (size <= 0xffff_ffff) return size;
  throw btf.error(from, `must refer to a type of less than 2^32 bytes; it has ${size}`);
}

function tooDeep(btf: Btf, from: BtfType): BpfObjectError {
  return btf.error(from, `must lead to a type of another kind in ${MOST_STEPS} steps`);
}
