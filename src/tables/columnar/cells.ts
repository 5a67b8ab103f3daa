/** Whole numbers: how many bytes each takes. */
export interface NumberType {
  readonly kind: 'numbers';
  readonly bytes: 1 | 2 | 4 | 8;
  readonly isSigned: boolean;
}

/** Texts in UTF-8, one after the other; the offset of each is a number with this size in bytes. */
export interface TextType {
  readonly kind: 'texts';
  readonly offsetBytes: 4 | 8;
}

/** What the cells of a column are, and how they lie in memory (as Arrow has it, little-endian): plain data. */
export type CellType =
  | NumberType
  | TextType
  /** Numbers of entries of a dictionary. */
  | { readonly kind: 'dictionary'; readonly index: NumberType; readonly dictionary: number }
  /** Every cell is empty. */
  | { readonly kind: 'nothing' };

/** Some bytes of a file. */
export interface ByteRegion {
  readonly offset: number;
  readonly length: number;
}

/** Where the cells of a column lie; each a view of its own bytes, aligned to eight. */
export interface CellBytes {
  /** Numbers, or the bytes of texts. */
  readonly data: Uint8Array;
  /** Where each text starts, and where the last one ends. */
  readonly offsets?: Uint8Array;
  /** A bit for each cell, the lowest of each byte first: 0 where it is empty. Without it, none is. */
  readonly valid?: Uint8Array;
}

/** Bytes of texts that are decoded at once: one by one takes ten times as long. */
const MAX_JOINED_LENGTH = 1 << 24;
const DECODER = new TextDecoder('utf-8', { ignoreBOM: true });

/** Cells as they lie in memory, read one by one. */
export class ColumnCells {
  readonly #type: NumberType | TextType;
  readonly #bytes: CellBytes;
  readonly #view: DataView;
  /** All texts as one, where each byte is a character of it; undefined until one is asked for. */
  #concatBytes: string | false | undefined;

  constructor(type: NumberType | TextType, bytes: CellBytes) {
    this.#type = type;
    this.#bytes = bytes;
    const { buffer, byteOffset, byteLength } = type.kind === 'texts' ? (bytes.offsets as Uint8Array) : bytes.data;
    this.#view = new DataView(buffer, byteOffset, byteLength);
  }

  /** A text, a number (as near as a double is to it), or undefined for an empty cell. */
  at(cell: number): string | number | undefined {
    const { valid } = this.#bytes;
    if (valid && !bitAt(valid, cell)) return undefined;
    return this.#type.kind === 'numbers' ? this.numberAt(cell) : this.#textAt(cell, this.#type.offsetBytes);
  }

  /** The number at a place that has one, whether or not the cell is empty. */
  numberAt(cell: number): number {
    const { bytes, isSigned } = this.#type as NumberType;
    const at = cell * bytes;
    const view = this.#view;
    if (bytes === 1) return isSigned ? view.getInt8(at) : view.getUint8(at);
    if (bytes === 2) return isSigned ? view.getInt16(at, true) : view.getUint16(at, true);
    if (bytes === 4) return isSigned ? view.getInt32(at, true) : view.getUint32(at, true);
    return Number(isSigned ? view.getBigInt64(at, true) : view.getBigUint64(at, true));
  }

  /** Characters of several bytes are fewer than these: then texts are decoded one by one, as they are if all is too long. */
  #join(): string | false {
    const { data } = this.#bytes;
    if (data.length > MAX_JOINED_LENGTH) return false;
    const concatBytes = DECODER.decode(data.slice());
    return concatBytes.length === data.length && concatBytes;
  }

  #textAt(cell: number, offsetBytes: 4 | 8): string {
    const first = offsetAt(this.#view, 0, offsetBytes);
    const start = offsetAt(this.#view, cell, offsetBytes) - first;
    const stop = offsetAt(this.#view, cell + 1, offsetBytes) - first;
    this.#concatBytes ??= this.#join();
    if (this.#concatBytes !== false) return this.#concatBytes.slice(start, stop);
    // A copy: what decodes does not take shared memory.
    return DECODER.decode(this.#bytes.data.slice(start, stop));
  }
}

/** Whether a bit is set, the lowest of each byte first. */
export function bitAt(bits: Uint8Array, bit: number): boolean {
  return (((bits[bit >> 3] as number) >> (bit & 7)) & 1) === 1;
}

/**
 * Where the bytes of some texts lie, by the places where each starts and the last one ends; `data` is where the bytes of all
 * the column's texts lie. Undefined where the places go backwards or outside that.
 */
export function textRegion(
  type: TextType,
  offsets: Uint8Array,
  texts: number,
  data: ByteRegion,
): ByteRegion | undefined {
  const view = new DataView(offsets.buffer, offsets.byteOffset, offsets.byteLength);
  const start = offsetAt(view, 0, type.offsetBytes);
  let stop = start;
  for (let text = 1; text <= texts; text++) {
    const next = offsetAt(view, text, type.offsetBytes);
    if (next < stop) return undefined;
    stop = next;
  }
  return start < 0 || stop > data.length ? undefined : { offset: data.offset + start, length: stop - start };
}

function offsetAt(view: DataView, text: number, offsetBytes: 4 | 8): number {
  return offsetBytes === 4 ? view.getInt32(text * 4, true) : Number(view.getBigInt64(text * 8, true));
}
