import type { MapBtfNeed } from '../bpf_object.js';
import type { Btf, BtfType } from './btf.js';

/** Structures of the kernel's interface whose place in a value the kernel finds by BTF. Source: btf_get_field_type(), kernel/bpf/btf.c. */
const STRUCTURES: ReadonlyMap<string, MapBtfNeed> = new Map([
  ['bpf_spin_lock', 'spin_lock'],
  ['bpf_res_spin_lock', 'res_spin_lock'],
  ['bpf_timer', 'timer'],
  ['bpf_wq', 'wq'],
  ['bpf_task_work', 'task_work'],
  ['bpf_list_head', 'list_head'],
  ['bpf_list_node', 'list_node'],
  ['bpf_rb_root', 'rb_root'],
  ['bpf_rb_node', 'rb_node'],
  ['bpf_refcount', 'refcount'],
]);

/** Tags of pointers that the kernel keeps count of. Source: btf_find_kptr(). */
const POINTER_TAGS: ReadonlyMap<string, MapBtfNeed> = new Map([
  ['kptr', 'kptr'],
  ['kptr_untrusted', 'kptr'],
  ['percpu_kptr', 'percpu_kptr'],
  ['uptr', 'uptr'],
]);

/** Types in types are looked into this far: each qualifier and typedef counts. */
const MOST_DEPTH = 128;
const NONE: ReadonlySet<MapBtfNeed> = new Set();

/** Finds fields of values for which the kernel has to know the type of the value. Answers are kept, so that each type is looked at once. */
export class SpecialFields {
  readonly #btf: Btf;
  readonly #known = new Map<number, ReadonlySet<MapBtfNeed>>();

  constructor(btf: Btf) {
    this.#btf = btf;
  }

  /** Of the values of a type, or of the variables of a section of data; `from` is the type that refers to it. */
  of(id: number, from: BtfType): readonly MapBtfNeed[] {
    return [...this.#search(id, from, 0)];
  }

  #search(id: number, from: BtfType, depth: number): ReadonlySet<MapBtfNeed> {
    const known = this.#known.get(id);
    if (known) return known;
    if (depth > MOST_DEPTH) throw this.#btf.error(from, `must not hold types more than ${MOST_DEPTH} deep`);
    // A structure that holds itself, which no compiler writes, has nothing more.
    this.#known.set(id, NONE);
    const found = this.#lookInto(this.#btf.type(id, from), depth);
    this.#known.set(id, found);
    return found;
  }

  #lookInto(type: BtfType, depth: number): ReadonlySet<MapBtfNeed> {
    const btf = this.#btf;
    switch (type.kind) {
      case 'typedef':
      case 'const':
      case 'volatile':
      case 'restrict':
      case 'type_tag':
      case 'var':
        return this.#search(type.sizeOrType, type, depth + 1);
      case 'array':
        return this.#search(btf.array(type).element, type, depth + 1);
      case 'ptr':
        return this.#pointer(type);
      case 'struct': {
        const own = STRUCTURES.get(type.name);
        if (own) return new Set([own]);
        return this.#union(btf.members(type), type, depth);
      }
      case 'datasec':
        return this.#union(btf.variables(type), type, depth);
      default:
        return NONE;
    }
  }

  #pointer(type: BtfType): ReadonlySet<MapBtfNeed> {
    const pointed = this.#btf.type(type.sizeOrType, type);
    const need = pointed.kind === 'type_tag' ? POINTER_TAGS.get(pointed.name) : undefined;
    return need ? new Set([need]) : NONE;
  }

  #union(parts: readonly { readonly type: number }[], of: BtfType, depth: number): ReadonlySet<MapBtfNeed> {
    const found = new Set<MapBtfNeed>();
    for (const part of parts) for (const need of this.#search(part.type, of, depth + 1)) found.add(need);
    return found;
  }
}
