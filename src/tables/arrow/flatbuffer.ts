/** What a field of a table holds. */
export type FieldType =
  /** A number with this size in bytes. */
  | { readonly kind: 'scalar'; readonly bytes: 1 | 2 | 4 | 8 }
  | { readonly kind: 'string' }
  | { readonly kind: 'table'; readonly table: () => TableType }
  /** Numbers or structs with this size in bytes. */
  | { readonly kind: 'vector'; readonly bytes: number }
  | { readonly kind: 'tables'; readonly table: () => TableType }
  /** A table of the type whose number is in the field before; a type that is not listed is not looked at. */
  | { readonly kind: 'union'; readonly tables: () => Readonly<Record<number, TableType>> };

/** Fields of a table in the order of their slots. */
export type TableType = readonly FieldType[];

const OFFSET_BYTES = 4;
/** Of a vtable: its own length and that of its tables. */
const VTABLE_HEAD = 4;
const SLOT_BYTES = 2;
/** Readers take these lengths for signed numbers of 16 bits. */
const MAX_TABLE = 0x7fff;
/** Tables inside of tables. */
const MAX_DEPTH = 64;
/** Tables and strings may be shared: at most this many times the bytes of the whole may be reached. */
const MAX_SHARED = 4;

/**
 * Checks that everything a reader of a flatbuffer can reach lies inside of it: each table, vector and string, and all
 * elements they claim to have. Readers make an object for each of these without a look at what is there. The time this
 * takes and the number of objects are bounded by the bytes. Throws an Error in words.
 */
export function verifyFlatbuffer(bytes: Uint8Array, root: TableType): void {
  new Verifier(bytes).root(root);
}

class Verifier {
  readonly #view: DataView;
  readonly #length: number;
  /** Bytes that may still be reached. */
  #left: number;

  constructor(bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#length = bytes.length;
    this.#left = MAX_SHARED * bytes.length;
  }

  root(type: TableType): void {
    this.#table(this.#target(0, 'the root table'), type, 0);
  }

  #table(table: number, type: TableType, depth: number): void {
    if (depth > MAX_DEPTH) throw new Error(`its metadata has tables more than ${MAX_DEPTH} deep`);
    this.#inside(table, OFFSET_BYTES, 'a table');
    const vtable = table - this.#view.getInt32(table, true);
    this.#inside(vtable, VTABLE_HEAD, 'the layout of a table');
    const vtableBytes = this.#view.getUint16(vtable, true);
    const tableBytes = this.#view.getUint16(vtable + 2, true);
    if (vtableBytes < VTABLE_HEAD || vtableBytes % SLOT_BYTES !== 0 || Math.max(vtableBytes, tableBytes) > MAX_TABLE) {
      throw new Error('the layout of a table in its metadata is none');
    }
    this.#inside(vtable, vtableBytes, 'the layout of a table');
    this.#reach(table, Math.max(tableBytes, OFFSET_BYTES), 'a table');
    const fieldAt = (slot: number, size: number): number | undefined => {
      const entry = VTABLE_HEAD + slot * SLOT_BYTES;
      const offset = entry < vtableBytes ? this.#view.getUint16(vtable + entry, true) : 0;
      if (offset === 0) return undefined;
      if (offset + size > tableBytes) throw new Error('a field in its metadata lies outside of its table');
      return table + offset;
    };
    type.forEach((field, slot) => {
      const at = fieldAt(slot, field.kind === 'scalar' ? field.bytes : OFFSET_BYTES);
      if (at === undefined || field.kind === 'scalar') return;
      if (field.kind !== 'union') {
        this.#field(at, field, depth);
        return;
      }
      const tag = fieldAt(slot - 1, 1);
      const member = tag === undefined ? undefined : field.tables()[this.#view.getUint8(tag)];
      if (member) this.#table(this.#target(at, 'a table'), member, depth + 1);
    });
  }

  #field(at: number, field: Exclude<FieldType, { kind: 'scalar' | 'union' }>, depth: number): void {
    if (field.kind === 'table') {
      this.#table(this.#target(at, 'a table'), field.table(), depth + 1);
      return;
    }
    const what = field.kind === 'string' ? 'a string' : 'a vector';
    const vector = this.#target(at, what);
    this.#inside(vector, OFFSET_BYTES, what);
    const count = this.#view.getUint32(vector, true);
    const elementBytes = field.kind === 'string' ? 1 : field.kind === 'vector' ? field.bytes : OFFSET_BYTES;
    const first = vector + OFFSET_BYTES;
    this.#reach(first, count * elementBytes, what);
    if (field.kind !== 'tables') return;
    for (let i = 0; i < count; i++) {
      this.#table(this.#target(first + i * OFFSET_BYTES, 'a table'), field.table(), depth + 1);
    }
  }

  /** Where the offset at a place leads. */
  #target(at: number, what: string): number {
    this.#inside(at, OFFSET_BYTES, what);
    return at + this.#view.getUint32(at, true);
  }

  #inside(at: number, bytes: number, what: string): void {
    if (at < 0 || at + bytes > this.#length) {
      throw new Error(`its metadata has ${this.#length} bytes, and ${what} in it ends after them`);
    }
  }

  #reach(at: number, bytes: number, what: string): void {
    this.#inside(at, bytes, what);
    this.#left -= bytes;
    if (this.#left < 0) throw new Error('its metadata has the same parts over and over');
  }
}
